/** A weakness of the Go scanner, and the test that holds that it is none here; or why there is no such test. */
export type Weakness = { readonly what: string } & (
  | { readonly test: string }
  | { readonly notApplicable: string }
);

/** Each test has the weakness's number in its title. */
export const weaknesses: Readonly<Record<string, Weakness>> = {
  W1: {
    what: 'fresh reports deleted because a list of the API server was old',
    test: 'test/faults/rows/cluster.ts',
  },
  W2: { what: 'a run that stores nothing still deletes reports', test: 'test/e2e/drop-in.test.ts' },
  W3: {
    what: 'old reports deleted after a scan that did not see everything',
    test: 'test/unit/audit/audit.test.ts',
  },
  W4: {
    what: 'a list that expires half-way leaves the rest unaudited',
    test: 'test/faults/rows/api-reads.ts',
  },
  W5: {
    what: 'an odd severity makes the API server refuse the whole report',
    test: 'test/e2e/store.test.ts',
  },
  W6: {
    what: 'one object in two versions gives two reports that overwrite each other',
    test: 'test/unit/audit/audit.test.ts',
  },
  W7: {
    what: 'a type that a policy names twice is evaluated twice',
    test: 'test/unit/matching/rules.test.ts',
  },
  W8: { what: 'one unknown type of a rule drops the whole policy', test: 'test/unit/matching/rules.test.ts' },
  W9: { what: 'the empty group stands for any group', test: 'test/unit/matching/rules.test.ts' },
  W10: { what: 'rules with wildcards are left out without a word', test: 'test/unit/matching/rules.test.ts' },
  W11: { what: 'subresources break the policy', test: 'test/unit/matching/rules.test.ts' },
  W12: { what: 'one invalid selector fails every namespace', test: 'test/unit/matching/plan.test.ts' },
  W13: {
    what: 'a crash when namespaces cannot be listed',
    test: 'test/integration/kubernetes/namespaces.test.ts',
  },
  W14: { what: 'a crash on an answer without a response', test: 'test/faults/rows/policy-servers.ts' },
  W15: { what: 'a crash without a log level', test: 'test/unit/commands/drop-in/configure.test.ts' },
  W16: { what: 'a bound of 0 hangs for ever', test: 'test/unit/commands/drop-in/configure.test.ts' },
  W17: { what: 'printed reports are empty', test: 'test/unit/commands/scan/log-lines.test.ts' },
  W18: { what: 'the reason of an error is not in the report', test: 'test/e2e/store.test.ts' },
  W19: {
    what: 'totals of the whole run in the summary of each report',
    test: 'test/unit/reports/report-body.test.ts',
  },
  W20: { what: 'reports about objects that no policy is about', test: 'test/unit/audit/audit.test.ts' },
  W21: {
    what: 'a policy server that does not answer is not asked again',
    test: 'test/faults/rows/policy-servers.ts',
  },
  W22: {
    what: 'the audit competes with admission for the policy servers',
    test: 'test/unit/evaluation/decorators/load-bound.test.ts',
  },
  W23: {
    what: 'a connection per evaluation is costly, and reusing one reaches one replica only',
    test: 'test/kube-proxy/spread.test.ts',
  },
  W24: {
    what: 'policies are asked one after another about cluster-scoped objects',
    test: 'test/unit/audit/audit.test.ts',
  },
  W25: {
    what: 'policies and their servers are read again for every namespace',
    test: 'test/e2e/scan.test.ts',
  },
  W26: { what: 'every report is read and rewritten by every run', test: 'test/e2e/store.test.ts' },
  W27: { what: 'results in another order each time', test: 'test/unit/audit/audit.test.ts' },
  W28: { what: 'matching differs from admission', test: 'test/e2e/matching.test.ts' },
  W29: { what: 'the request names the Kind where the plural belongs', test: 'test/e2e/drop-in.test.ts' },
  W30: {
    what: 'only creations are simulated',
    notApplicable: 'it is so here too: an audit asks whether an object could be created as it is',
  },
  W31: {
    what: 'what a policy would mutate counts as a pass',
    notApplicable: 'it is so here too, because the reports of the Go scanner say so and others read them',
  },
  W32: {
    what: 'a rejection with code 500 counts as an error',
    notApplicable: 'it is so here too: nothing tells such a rejection from a policy that failed',
  },
  W33: { what: 'errors of parallel work overwrite each other', test: 'test/unit/audit/audit.test.ts' },
  W34: { what: 'failures end in exit code 0 without a summary', test: 'test/e2e/scan.test.ts' },
  W35: {
    what: 'a missing kubeconfig ends the run in silence',
    test: 'test/unit/kubernetes/connection.test.ts',
  },
  W36: {
    what: 'a scan of one namespace and of the cluster at once is accepted',
    test: 'test/unit/commands/drop-in/configure.test.ts',
  },
  W37: {
    what: 'reports stay in namespaces that are not audited any more',
    test: 'test/unit/audit/audit.test.ts',
  },
  W38: { what: 'signals are not handled', test: 'test/e2e/drop-in.test.ts' },
  W39: { what: 'the client certificate ends unnoticed', test: 'test/e2e/scan.test.ts' },
  W40: {
    what: 'what may not be listed is left out with a warning only',
    test: 'test/faults/rows/api-reads.ts',
  },
  W41: {
    what: 'a slash at the end of the URL of a policy server breaks it',
    test: 'test/integration/evaluation/policy-server.test.ts',
  },
  W42: {
    what: 'objects without a UID cannot have a report',
    test: 'test/integration/sinks/report-store.test.ts',
  },
  W43: { what: 'reports about reports', test: 'test/unit/matching/rules.test.ts' },
  W44: { what: 'policies whose names collide are mixed up', test: 'test/unit/audit/coverage.test.ts' },
  W45: {
    what: 'an object above 2 MiB is an error without a message (policy servers still refuse it: now it says so)',
    test: 'test/faults/rows/cluster.ts',
  },
  W46: {
    what: 'results are not reused although nothing changed',
    test: 'test/e2e/reuse.test.ts',
  },
  W47: { what: 'memory grows with pages and copies', test: 'test/faults/rows/process.ts' },
  W48: {
    what: 'a refused write of a report passes unnoticed (which webhooks may refuse one is for the controller to say)',
    test: 'test/faults/rows/writes.ts',
  },
};
