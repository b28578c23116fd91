import { dropInExitCode, type Fault, type FaultGroup, type ReportsAfter } from '../test/faults/fault.ts';
import { faultGroups } from '../test/faults/rows/all.ts';
import { controlPlaneFaults } from '../test/faults/rows/control-plane.ts';
import { recordFaults } from '../test/faults/rows/recorded.ts';
import { weaknesses } from '../test/faults/weaknesses.ts';
import type { RunningCluster } from '../test/support/cluster/cluster.ts';

const origin = '<!-- Made by `npm run docs` from test/faults. Edit the records there, not this page. -->';

const intro = `What a scan does when something around it fails. Each row is a test that runs with \`npm run test:faults\` (a part of \`npm test\`) against a real kube-apiserver behind
a proxy that injects the fault, real policy servers with TLS, and a namespace of Pods and ConfigMaps whose reports are out of date.

The exit code is that of \`scan --store --fail-on never\`, followed by that of the Go scanner's flags ("drop-in") where the test runs those, too. After each fault the suite
also checks that every existing object still has its report, that no output contains a token or the content of an object, that no control character reaches the screen, that
the next scan brings everything up to date, and that the scan after that writes nothing.`;

/** The page of all faults that the suite makes, and what a user sees of each. */
export function renderFaults(): string {
  // The records of the control plane only look at their cluster when they happen.
  const groups = [...faultGroups, ...recordFaults, controlPlaneFaults({} as RunningCluster)];
  return `${['# Faults', origin, intro, ...groups.map(renderGroup), renderWeaknesses()].join('\n\n')}\n`;
}

function renderWeaknesses(): string {
  const rows = Object.entries(weaknesses).map(([id, weakness]) => {
    const held = 'test' in weakness ? `\`${weakness.test}\`` : weakness.notApplicable;
    return toRow([id, weakness.what, held]);
  });
  return [
    '## Weaknesses of the Go scanner, and how this one avoids them',
    'What the Go scanner does wrong or not at all, and the test that proves that this scanner does better; the title of the test has the number. Where there is no test, the reason.',
    ['| | weakness | test, or why not |', '| --- | --- | --- |', ...rows].join('\n'),
  ].join('\n\n');
}

function renderGroup({ title, faults }: FaultGroup): string {
  return [
    `## ${title}`,
    [
      '| fault | what the user sees | exit code | complete | reports |',
      '| --- | --- | --- | --- | --- |',
      ...faults.map(renderFault),
    ].join('\n'),
  ].join('\n\n');
}

function renderFault(fault: Fault): string {
  const { title, sees, orSees, complete } = fault;
  const phrases = [sees, ...(orSees === undefined ? [] : [orSees])].map((phrase) => `\`${phrase.trim()}\``);
  const cells = [
    title,
    phrases.join(' or '),
    describeExit(fault),
    complete ? 'yes' : 'no',
    describeReports(fault),
  ];
  return toRow(cells);
}

function toRow(cells: readonly string[]): string {
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
}

function describeExit(fault: Fault): string {
  const { exitCode, otherExitCodes = [], dropIn, run } = fault;
  const codes = [exitCode, ...otherExitCodes]
    .map((code) => (code === -1 ? 'none' : String(code)))
    .join(' or ');
  return dropIn === false || run !== undefined ? codes : `${codes} (drop-in: ${dropInExitCode(fault)})`;
}

const words: Readonly<Record<ReportsAfter, string>> = {
  current: 'up to date',
  kept: 'as before',
  errored: 'errors instead of verdicts',
  mixed: 'some written; none lost',
};

function describeReports({ pods, configMaps, stores }: Fault): string {
  if (stores === false) return 'none to write, or the next scan writes them';
  return pods === configMaps ? words[pods] : `Pods: ${words[pods]}; ConfigMaps: ${words[configMaps]}`;
}
