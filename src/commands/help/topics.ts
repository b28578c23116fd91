import { environmentVariable, renderRows } from '../../config/index.ts';
import { exitCodeMeanings } from '../../verdict/index.ts';
import { scanOptions } from '../scan/index.ts';
import { renderCi } from './ci.ts';
import { renderFiles } from './files.ts';
import { renderMonitoring } from './monitoring.ts';

/** The texts of `audit-scanner help TOPIC` that are not about one command. */
export const helpTopics: Readonly<Record<string, () => string>> = {
  'exit-codes': renderExitCodes,
  environment: renderEnvironment,
  formats: renderFormats,
  ci: renderCi,
  files: renderFiles,
  monitoring: renderMonitoring,
};

function renderExitCodes(): string {
  const rows = exitCodeMeanings.map(
    ({ code, name, meaning, retry }) =>
      `${String(code).padEnd(6)}${name.padEnd(14)}${retry.padEnd(7)}${meaning}\n`,
  );
  return `Exit codes of \`audit-scanner scan\`:

CODE  NAME          RETRY  MEANING
${rows.join('')}
If several apply, the first of 143, 130, 70, 2, 4, 1, 3, 0 counts. --exit-zero exits with 0 instead of 1 and 3.
With --contexts, a cluster that could not be scanned gives 3; if none could be scanned, 2 or 4.
RETRY says whether a CronJob should try again.

Without a command (the flags of the Go scanner): 0 after every finished scan, whatever it found or missed;
1 if it could not start; 70, 130 and 143 as above.
`;
}

function renderEnvironment(): string {
  const rows = scanOptions
    .filter(({ hidden }) => hidden !== true)
    .map((option) => ({ term: environmentVariable(option.name), help: `--${option.name}` }));
  return `Environment variables of \`audit-scanner scan\`. A flag wins over its variable; an empty variable counts as not set.

${renderRows(rows)}
Also: KUBECONFIG, HTTPS_PROXY, HTTP_PROXY, NO_PROXY, NO_COLOR, FORCE_COLOR, COLUMNS, LINES, TERM, CI,
GITHUB_WORKSPACE, GITHUB_STEP_SUMMARY, GITHUB_OUTPUT, CI_PROJECT_DIR (see \`audit-scanner help formats\`).
Without a command, only KUBECONFIG and the proxy variables are read.
`;
}

function renderFormats(): string {
  return `Formats of \`audit-scanner scan -o FORMAT[=FILE]\`. You can give several; at most one goes to stdout.

  table         findings grouped by object, messages wrapped; the default
  wide          one finding per line in columns, for grep
  name          one object with findings per line, for xargs: namespace/deployments.apps/api
  json          the whole run as one document, apiVersion audit-scanner.kubewarden.io/v1
  jsonl         one result per line as soon as it is found, the run as the last line; for large clusters
  baseline      each violation once, however many objects have it: small, for --baseline of later scans
  sarif         for code scanning; the 5000 worst findings, which is what GitHub shows
  junit         a test case for each policy and object, a suite for each namespace
  gitlab        GitLab's Code Quality report
  github        workflow commands: the 10 worst findings of each level next to the changed lines; also writes the job summary, and the step outputs gate, violations, complete and json (the file of -o json)
  markdown      verdict, counts and as many findings as fit into 60 KB, for comments and job summaries
  summary       counts by policy and by namespace, and the worst objects
  summary-markdown
                the same with the verdict, for comments on very many findings
  csv           one finding per record, for spreadsheets; a cell that looks like a formula gets an apostrophe
  yaml          the document of json
  html          one page for the browser, readable without scripts and in print
  policyreport  a List of PolicyReports for kubectl apply -f -
  openreports   a List of Reports for kubectl apply -f -

table, wide, markdown and the summaries show Pods, ReplicaSets and Jobs as their top owner (--no-roll-up turns that
off), grouped as --group-by says. table starts with the summary if the findings fill more than a screen. json,
yaml, jsonl, csv, sarif and github list every object, with its owner.

A comparison (\`audit-scanner preview\`) is table, json (kind PolicyComparison) or markdown.

Formats for people (table, wide, name, github, markdown and the summaries) show the results that --show and
--severity select; by default, those that fail and those without an answer. The other formats always hold all of
these, so that you can compare and judge them again, and passes with --show pass. The counts and the verdict are
always about everything. sarif, gitlab, github and markdown never show passes. The JSON Schema of json, jsonl and
baseline is schemas/audit-result-v1.json in the package.

A violation that an exception accepts is "accepted" in table, wide and markdown, has a status in json and jsonl, is
suppressed in sarif and skipped in junit, and is left out of name, gitlab and github; stored reports keep the
verdict of the policy. If the object accepts it itself (--accept-annotations), the formats say so. With --baseline, violations are new,
changed or known in table, wide, markdown, json and jsonl, and have a baselineState in sarif; known ones are
skipped in junit and left out of github.

Where a format needs a file, objects of a cluster get a made-up path. Objects of files have their line, and their
path relative to GITHUB_WORKSPACE, CI_PROJECT_DIR or the current directory.
`;
}
