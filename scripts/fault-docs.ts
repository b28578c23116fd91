import { dropInExitCode, type Fault, type FaultGroup, type ReportsAfter } from '../test/faults/fault.ts';
import { faultGroups } from '../test/faults/rows/all.ts';
import { controlPlaneFaults } from '../test/faults/rows/control-plane.ts';
import { recordFaults } from '../test/faults/rows/recorded.ts';
import { weaknesses } from '../test/faults/weaknesses.ts';
import type { RunningCluster } from '../test/support/cluster/cluster.ts';

const origin = '<!-- Made by `npm run docs` from test/faults. Edit the records there, not this page. -->';

const intro = `Each row is a test of \`npm run test:faults\`, a part of \`npm test\`: a real kube-apiserver behind a proxy that fails on purpose, real TLS policy servers,
and a namespace with Pods and ConfigMaps whose reports are out of date. The exit code is that of \`scan --store --fail-on never\`; the drop-in's stands behind it where it
was run too. After each fault the suite checks besides: no report is gone whose object is there; no token and no content of an object is in any output; no control
character reaches the screen; the next scan makes everything right; and the one after that writes nothing.`;

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
    '## Weaknesses of the Go scanner, and what holds them off',
    'What the Go scanner did wrong or not at all, and the test that holds that this one does better; its number is in the title of the test. Where there is none, the reason.',
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
  errored: 'an error in place of each verdict',
  mixed: 'written as far as it got; none lost',
};

function describeReports({ pods, configMaps, stores }: Fault): string {
  if (stores === false) return 'none were to be written, or the next scan writes them';
  return pods === configMaps ? words[pods] : `Pods: ${words[pods]}; ConfigMaps: ${words[configMaps]}`;
}
