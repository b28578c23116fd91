import {
  CelScalar,
  type CelType,
  type CelValue,
  celFunc,
  celMethod,
  celType,
  objectType,
} from '@bufbuild/cel';

/**
 * A value of one of Kubernetes' types. The evaluator lets through CEL's own values only, and of these a type has no behaviour that
 * could be mistaken for that of the value: so a value is a type to it, and what is in it is remembered here.
 */
type Opaque = {
  readonly type: CelType;
  readonly equals: (other: CelValue) => boolean | undefined;
  readonly compare: (other: CelValue) => number;
};

const opaques = new WeakMap<object, Opaque>();
const { BOOL, DYN, INT, TYPE } = CelScalar;

/** What a value of one of Kubernetes' types can do; undefined for a value of CEL. */
export function opaqueOf(value: CelValue): Opaque | undefined {
  return typeof value === 'object' && value !== null ? opaques.get(value) : undefined;
}

/** As in Go: what no overload takes is an error. */
export function noSuchOverload(): never {
  throw new Error('no such overload');
}

type Behaviour<T> = {
  /** Undefined where the API server finds an error instead of an answer. */
  readonly equals: (a: T, b: T) => boolean | undefined;
  readonly compare?: (a: T, b: T) => number;
};

export type OpaqueType<T> = {
  readonly type: CelType;
  readonly wrap: (content: T) => CelType;
  readonly holds: (value: CelValue) => boolean;
  /** Throws for a value of another type. */
  readonly unwrap: (value: CelValue) => T;
};

/** A type of Kubernetes that CEL itself does not have. */
export function opaqueType<T>(name: string, { equals, compare }: Behaviour<T>): OpaqueType<T> {
  const contents = new WeakMap<object, { readonly content: T }>();
  const type = objectType(name);
  const find = (value: CelValue) =>
    typeof value === 'object' && value !== null ? contents.get(value)?.content : undefined;
  const unwrap = (value: CelValue): T => find(value) ?? noSuchOverload();
  return {
    type,
    holds: (value) => find(value) !== undefined,
    unwrap,
    wrap: (content) => {
      const made = objectType(name);
      contents.set(made, { content });
      opaques.set(made, {
        type,
        equals: (other) => {
          const content2 = find(other);
          return content2 === undefined ? undefined : equals(content, content2);
        },
        compare: (other) => compare?.(content, unwrap(other)) ?? noSuchOverload(),
      });
      return made;
    },
  };
}

function compare(a: CelValue, b: CelValue): number {
  return opaqueOf(a)?.compare(b) ?? noSuchOverload();
}

/** What the types with an order have in common, and the types of all values. */
export const opaque = [
  celMethod('compareTo', TYPE, [TYPE], INT, function (other) {
    return BigInt(compare(this, other));
  }),
  celMethod('isLessThan', TYPE, [TYPE], BOOL, function (other) {
    return compare(this, other) < 0;
  }),
  celMethod('isGreaterThan', TYPE, [TYPE], BOOL, function (other) {
    return compare(this, other) > 0;
  }),
  celFunc('type', [DYN], TYPE, (value) => opaqueOf(value)?.type ?? celType(value)),
];
