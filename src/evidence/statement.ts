import type { Digest } from './canonical.ts';
import { repeatResult } from './repeated.ts';
import { predicateType, type Statement, statementType } from './schema.ts';

/** A text that was read or written, and its digest. */
export type DigestedFile = { readonly name: string; readonly digest: Digest };

/** What a policy runs. */
export type ModuleFacts = {
  /** Of a policy group. */
  readonly member: string | null;
  readonly reference: string;
  /** Null where it was not run here. */
  readonly digest: Digest | null;
  readonly settings: Digest;
};

/** What no result says of its run. */
export type RunFacts = {
  readonly exitCode: number;
  /** Null where no cluster was asked. */
  readonly cluster: { readonly uid: string | null; readonly unknown: string | null } | null;
  /** Null for a live cluster. */
  readonly inputs: readonly DigestedFile[] | null;
  /** By the unique names of policies. */
  readonly modules: ReadonlyMap<string, readonly ModuleFacts[]>;
};

export type WrittenDocuments = {
  /** The document of `-o json`, as it was written. */
  readonly result: DigestedFile & { readonly text: string };
  /** Other documents of the same run. */
  readonly others: readonly DigestedFile[];
};

/** The statement about a result and what else was written in the same run. */
export function toStatement({ result, others }: WrittenDocuments, facts: RunFacts): Statement {
  const { text, ...file } = result;
  const { modules, inputs, ...rest } = facts;
  const repeated = repeatResult(JSON.parse(text));
  return {
    _type: statementType,
    subject: [file, ...others],
    predicateType,
    predicate: {
      ...repeated,
      ...rest,
      inputs: inputs && [...inputs],
      result: { ...file, ...repeated.result },
      policies: repeated.policies.map((policy) => {
        const uses = modules.get(policy.uniqueName);
        return { ...policy, modules: uses === undefined ? null : [...uses] };
      }),
    },
  };
}
