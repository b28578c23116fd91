import fc from 'fast-check';

/** The namespaces of every random cluster; a lane of tests puts its own name before them. */
export const namespaceNames = ['blue', 'green', 'red'] as const;
export type NamespaceName = (typeof namespaceNames)[number];

/** The types that are audited: two of the core group, one of another, and one that has no namespace. */
export const types = ['pods', 'secrets', 'deployments', 'namespaces'] as const;
export type TypeName = (typeof types)[number];
export type ObjectType = Exclude<TypeName, 'namespaces'>;
export const kindOf: Readonly<Record<TypeName, string>> = {
  pods: 'Pod',
  secrets: 'Secret',
  deployments: 'Deployment',
  namespaces: 'Namespace',
};

/** A small cluster: what is generated, shrunk and printed. */
export type RandomCluster = {
  /** The labels that selectors of policies ask for. */
  readonly namespaces: Readonly<
    Record<NamespaceName, { readonly production: boolean; readonly web: boolean }>
  >;
  /** The namespaces that are audited from the change on; before it, all are. */
  readonly scope: readonly NamespaceName[];
  readonly objects: readonly RandomObject[];
  readonly policies: readonly RandomPolicy[];
};

export type RandomObject = {
  readonly type: ObjectType;
  readonly namespace: NamespaceName;
  readonly name: number;
  readonly web: boolean;
  /** Whether it is there before the change, when the reports are made that the audit with faults meets. */
  readonly old: boolean;
  /** Whether it is there after the change. */
  readonly current: boolean;
};

export type RandomPolicy = {
  /** Undefined for a cluster-wide policy. */
  readonly namespace: NamespaceName | undefined;
  readonly types: readonly TypeName[];
  readonly selectsWeb: boolean;
  readonly selectsProduction: boolean;
  readonly backgroundAudit: boolean;
  readonly active: boolean;
  /** Which third of the objects it denies. */
  readonly denies: number;
};

const namespaceName = fc.constantFrom(...namespaceNames);
const objectType = fc.constantFrom<ObjectType>('pods', 'secrets', 'deployments');
const mostly = fc.oneof(
  { arbitrary: fc.constant(true), weight: 5 },
  { arbitrary: fc.constant(false), weight: 1 },
);
const labels = fc.record({ production: fc.boolean(), web: fc.boolean() });

export const randomCluster: fc.Arbitrary<RandomCluster> = fc.record({
  namespaces: fc.record({ blue: labels, green: labels, red: labels }),
  scope: fc.oneof(
    { arbitrary: fc.constant(namespaceNames), weight: 2 },
    { arbitrary: fc.subarray([...namespaceNames], { minLength: 1 }), weight: 1 },
  ),
  objects: fc.uniqueArray(
    fc.record({
      type: objectType,
      namespace: namespaceName,
      name: fc.nat({ max: 3 }),
      web: mostly,
      old: mostly,
      current: mostly,
    }),
    { maxLength: 16, size: 'max', selector: ({ type, namespace, name }) => `${type}/${namespace}/${name}` },
  ),
  policies: fc.array(
    fc.record({
      namespace: fc.option(namespaceName, { nil: undefined, freq: 2 }),
      types: fc.uniqueArray(fc.constantFrom(...types), { minLength: 1, maxLength: 4, size: 'max' }),
      selectsWeb: fc.boolean(),
      selectsProduction: fc.boolean(),
      backgroundAudit: mostly,
      active: mostly,
      denies: fc.nat({ max: 2 }),
    }),
    { maxLength: 6, size: 'max' },
  ),
});

/** A moment: before the change or after it, which also turns the verdicts round. */
export type Moment = 'old' | 'current';

/** What a report is about, as `Pod blue/o1` or `Namespace blue`. */
export function subjectOf({ type, namespace, name }: RandomObject): string {
  return `${kindOf[type]} ${namespace}/o${name}`;
}

/** Whether the policy of this number denies what a name ends with: the number of an object, or a namespace. */
export function denies({ denies: third }: RandomPolicy, name: string, moment: Moment): boolean {
  const number = Number(/\d$/.exec(name)?.[0] ?? namespaceNames.findIndex((ending) => name.endsWith(ending)));
  return (number + (moment === 'old' ? 0 : 1)) % 3 === third;
}

/** Subjects to their `policy result` lines. */
export type Reports = Readonly<Record<string, readonly string[]>>;

/** What a complete audit stores. `everywhere` audits Namespaces as well. */
export function expectedReports(
  { namespaces, objects, policies, scope }: RandomCluster,
  { moment, everywhere }: { readonly moment: Moment; readonly everywhere: boolean },
): Reports {
  const audited: readonly NamespaceName[] = moment === 'old' ? namespaceNames : scope;
  const reports: Record<string, readonly string[]> = {};
  function judge(subject: string, name: string, asks: (policy: RandomPolicy) => boolean): void {
    const lines = policies.flatMap((policy, index) =>
      policy.active && policy.backgroundAudit && asks(policy)
        ? [`p${index} ${denies(policy, name, moment) ? 'fail' : 'pass'}`]
        : [],
    );
    if (lines.length > 0) reports[subject] = lines;
  }
  for (const object of objects) {
    if (!object[moment] || !audited.includes(object.namespace)) continue;
    judge(
      subjectOf(object),
      `o${object.name}`,
      (policy) =>
        policy.types.includes(object.type) &&
        (policy.namespace ?? object.namespace) === object.namespace &&
        (!policy.selectsWeb || object.web) &&
        (!selectsByNamespace(policy) || namespaces[object.namespace].production),
    );
  }
  for (const name of everywhere ? namespaceNames : []) {
    judge(
      `Namespace ${name}`,
      name,
      (policy) =>
        policy.types.includes('namespaces') &&
        policy.namespace === undefined &&
        (!policy.selectsWeb || namespaces[name].web) &&
        (!selectsByNamespace(policy) || namespaces[name].production),
    );
  }
  return reports;
}

/** A namespaced policy has no namespaceSelector. */
export function selectsByNamespace({ namespace, selectsProduction }: RandomPolicy): boolean {
  return selectsProduction && namespace === undefined;
}
