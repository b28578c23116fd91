/** What many codes have in common, said in the same words. */

export const refusedUsage =
  'Nothing was scanned and no report was touched. Exit code 2; 1 without the subcommand `scan`.';

export const couldNotStart =
  'Nothing was scanned and no report was touched. Exit code 4; 1 without the subcommand `scan`.';

export const incompleteScan =
  'The scan is incomplete: exit code 3, or 1 if it found violations too. Without the subcommand `scan` the exit code stays 0, and the log and the termination message say that the scan is incomplete.';

export const errorResults = `Every evaluation that failed is an \`error\` result with its reason, never a pass; in a stored report it takes the place of the older verdict. ${incompleteScan}`;

/** And commands that several of them need. */
export const serverLogs = 'kubectl -n kubewarden logs deployment/policy-server-NAME --tail=100';
export const serverStatus = 'kubectl -n kubewarden rollout status deployment/policy-server-NAME';
