/** A weakness of the Go scanner, and the test that holds that it is none here; or why there is no such test. */
export type Weakness = { readonly what: string } & (
  | { readonly test: string }
  | { readonly notApplicable: string }
);

/** Each test has the weakness's number in its title. */
export const weaknesses: Readonly<Record<string, Weakness>> = {
  W1: {
    what: 'deletes fresh reports because the API server returned an old list',
    test: 'test/faults/rows/cluster.ts',
  },
  W2: { what: 'a run that stores nothing still deletes reports', test: 'test/e2e/drop-in.test.ts' },
  W3: {
    what: 'deletes old reports after a scan that did not see everything',
    test: 'test/unit/audit/audit.test.ts',
  },
  W4: {
    what: 'a list that expires halfway leaves the rest unaudited',
    test: 'test/faults/rows/api-reads.ts',
  },
  W5: {
    what: 'an unknown severity makes the API server reject the whole report',
    test: 'test/e2e/store.test.ts',
  },
  W6: {
    what: 'an object in two versions gets two reports that overwrite each other',
    test: 'test/unit/audit/audit.test.ts',
  },
  W7: {
    what: 'evaluates a type twice if a policy names it twice',
    test: 'test/unit/matching/rules.test.ts',
  },
  W8: { what: 'one unknown type in a rule drops the whole policy', test: 'test/unit/matching/rules.test.ts' },
  W9: { what: 'treats the empty API group as any group', test: 'test/unit/matching/rules.test.ts' },
  W10: { what: 'silently skips rules with wildcards', test: 'test/unit/matching/rules.test.ts' },
  W11: { what: 'subresources break the policy', test: 'test/unit/matching/rules.test.ts' },
  W12: { what: 'one invalid selector fails every namespace', test: 'test/unit/matching/plan.test.ts' },
  W13: {
    what: 'crashes when namespaces cannot be listed',
    test: 'test/integration/kubernetes/namespaces.test.ts',
  },
  W14: { what: 'crashes on an answer without a response', test: 'test/faults/rows/policy-servers.ts' },
  W15: { what: 'crashes without a log level', test: 'test/unit/commands/drop-in/configure.test.ts' },
  W16: { what: 'hangs forever with a limit of 0', test: 'test/unit/commands/drop-in/configure.test.ts' },
  W17: { what: 'printed reports are empty', test: 'test/unit/commands/scan/log-lines.test.ts' },
  W18: { what: 'the reason of an error is not in the report', test: 'test/e2e/store.test.ts' },
  W19: {
    what: 'the summary of each report has the totals of the whole run',
    test: 'test/unit/reports/report-body.test.ts',
  },
  W20: { what: 'writes reports about objects that no policy matches', test: 'test/unit/audit/audit.test.ts' },
  W21: {
    what: 'does not retry a policy server that does not answer',
    test: 'test/faults/rows/policy-servers.ts',
  },
  W22: {
    what: 'the audit competes with admission for the policy servers',
    test: 'test/unit/evaluation/decorators/load-bound.test.ts',
  },
  W23: {
    what: 'a connection per evaluation is expensive, and reusing one reaches only one replica',
    test: 'test/kube-proxy/spread.test.ts',
  },
  W24: {
    what: 'asks policies about cluster-scoped objects one after another',
    test: 'test/unit/audit/audit.test.ts',
  },
  W25: {
    what: 'reads policies and policy servers again for every namespace',
    test: 'test/e2e/scan.test.ts',
  },
  W26: { what: 'every run reads and rewrites every report', test: 'test/e2e/store.test.ts' },
  W27: { what: 'writes results in a different order each time', test: 'test/unit/audit/audit.test.ts' },
  W28: { what: 'matching differs from admission', test: 'test/e2e/matching.test.ts' },
  W29: {
    what: 'the request has the Kind where the plural resource name belongs',
    test: 'test/e2e/drop-in.test.ts',
  },
  W30: {
    what: 'simulates only CREATE requests',
    notApplicable: 'the same here: an audit asks whether an object could be created as it is',
  },
  W31: {
    what: 'a mutation counts as a pass',
    notApplicable: 'the same here, because other tools rely on what the Go scanner reports',
  },
  W32: {
    what: 'a rejection with code 500 counts as an error',
    notApplicable: 'the same here: nothing distinguishes such a rejection from a policy that failed',
  },
  W33: { what: 'errors of parallel work overwrite each other', test: 'test/unit/audit/audit.test.ts' },
  W34: { what: 'failures end in exit code 0 without a summary', test: 'test/e2e/scan.test.ts' },
  W35: {
    what: 'ends silently if the kubeconfig is missing',
    test: 'test/unit/kubernetes/connection.test.ts',
  },
  W36: {
    what: 'accepts a scan of one namespace and of the whole cluster at once',
    test: 'test/unit/commands/drop-in/configure.test.ts',
  },
  W37: {
    what: 'leaves reports in namespaces that it no longer audits',
    test: 'test/unit/audit/audit.test.ts',
  },
  W38: { what: 'signals are not handled', test: 'test/e2e/drop-in.test.ts' },
  W39: { what: 'does not notice that the client certificate expires', test: 'test/e2e/scan.test.ts' },
  W40: {
    what: 'skips what it may not list with just a warning',
    test: 'test/faults/rows/api-reads.ts',
  },
  W41: {
    what: 'a trailing slash in the URL of a policy server breaks it',
    test: 'test/integration/evaluation/policy-server.test.ts',
  },
  W42: {
    what: 'objects without a UID cannot have a report',
    test: 'test/integration/sinks/report-store.test.ts',
  },
  W43: { what: 'writes reports about reports', test: 'test/unit/matching/rules.test.ts' },
  W44: { what: 'policies whose names collide are mixed up', test: 'test/unit/audit/coverage.test.ts' },
  W45: {
    what: 'an object above 2 MiB is an error without a message (policy servers still reject it; this scanner says so)',
    test: 'test/faults/rows/cluster.ts',
  },
  W46: {
    what: 'does not reuse results although nothing changed',
    test: 'test/e2e/reuse.test.ts',
  },
  W47: { what: 'needs memory for whole pages and copies', test: 'test/faults/rows/process.ts' },
  W48: {
    what: 'does not notice that a write of a report is rejected (by a webhook, for example)',
    test: 'test/faults/rows/writes.ts',
  },
};
