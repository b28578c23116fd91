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
Where several apply: 70, then 2, 4, 1, 3, 0. --exit-zero gives 0 in place of 1 and 3.
With --contexts: a cluster that could not be scanned is 3; 2 or 4 only if none could be.
RETRY says whether a CronJob should try again.

With the flags of the Go scanner (no command): 0 after every finished scan, whatever it found or missed;
1 if it could not start; 130, 143 and 70 as above.
`;
}

function renderEnvironment(): string {
  const rows = scanOptions
    .filter(({ hidden }) => hidden !== true)
    .map((option) => ({ term: environmentVariable(option.name), help: `--${option.name}` }));
  return `Environment variables of \`audit-scanner scan\`; a flag beats them, an empty one is not set:

${renderRows(rows)}
Also: KUBECONFIG, HTTPS_PROXY, HTTP_PROXY, NO_PROXY, NO_COLOR, FORCE_COLOR, COLUMNS, LINES, TERM, CI,
GITHUB_WORKSPACE, GITHUB_STEP_SUMMARY, GITHUB_OUTPUT, CI_PROJECT_DIR (see \`audit-scanner help formats\`).
Without a command, only KUBECONFIG and the proxies are read.
`;
}

function renderFormats(): string {
  return `Formats of \`audit-scanner scan -o FORMAT[=FILE]\`; repeatable, at most one to stdout:

  table         findings under the object they are about, messages wrapped; the default
  wide          one finding per line in columns, for grep
  name          one object with findings per line, for xargs: namespace/deployments.apps/api
  json          the whole run as one document, apiVersion audit-scanner.kubewarden.io/v1
  jsonl         one result per line as it is found, and the run as the last line; for large clusters
  baseline      each violation once, however many objects have it: small, for --baseline of later scans
  sarif         for code scanning; the 5000 worst, which is what GitHub shows
  junit         a policy on an object is a test case, a namespace is a suite
  gitlab        the Code Quality report of GitLab
  github        workflow commands: the 10 worst of each level beside the lines that are changed; appends
                the markdown report to the job's summary, and gate, violations, complete and json (the
                file of -o json) to the step's outputs
  markdown      verdict, counts and as many findings as fit into 60 KB, for comments and job summaries
  summary       counts by policy and by namespace, and the worst objects
  summary-markdown
                the same with the verdict, for comments on very many findings
  csv           one finding per record, for spreadsheets: what would be a formula gets an apostrophe
  yaml          the document of json
  policyreport  a List of PolicyReports for kubectl apply -f -
  openreports   a List of Reports for kubectl apply -f -

table, wide, markdown and the summaries show Pods, ReplicaSets and Jobs at their top owner unless there is
--no-roll-up, and are laid out by --group-by. table begins with the summary where findings fill more than
a screen. json, yaml, jsonl, csv, sarif and github hold every object and name its owner.

A comparison (\`audit-scanner preview\`) is table, json (kind PolicyComparison) or markdown.

What people read (table, wide, name, github, markdown and the summaries) shows the results that --show and
--severity select: by default those that fail and those that got no answer. The others hold all of these
whatever is selected, so that they can be compared and judged again, and passes with --show pass. The counts
and the verdict are always about everything. sarif, gitlab, github and markdown show no passes.
schemas/audit-result-v1.json of the package is the JSON Schema of json, jsonl and baseline.

What an exception accepts has "accepted" as its result in table, wide and markdown, a status in json and
jsonl and a suppression in sarif, is a skipped test in junit, and is not in name, gitlab and github; reports
keep the verdict of the policy. What the object itself accepts (--accept-annotations) is said to be so.
With --baseline, violations are called new, changed or known in table, wide, markdown, json and jsonl, have
a baselineState in sarif, and known ones are skipped in junit and left out of github. Objects of a cluster
have a made-up path where a format needs a file; objects of files have their path as seen from
GITHUB_WORKSPACE, CI_PROJECT_DIR or the current directory, and their line.
`;
}
