/*
 * Sums what the test runners reported in their own JSON files, and prints it as the last line of a CI run.
 * Ends with 1 if a test failed, if a report is missing, or if a runner ran no test.
 */
import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';

type Status = 'passed' | 'failed' | 'skipped' | 'pending' | 'todo' | 'disabled';

type Report = {
  readonly success: boolean;
  readonly testResults: readonly {
    readonly status: Status;
    readonly assertionResults: readonly { readonly status: Status }[];
  }[];
};

type Totals = { readonly passed: number; readonly failed: number; readonly skipped: number };

function totalsOf({ testResults, success }: Report): Totals {
  const tests = testResults.flatMap(({ assertionResults }) => assertionResults);
  const passed = tests.filter(({ status }) => status === 'passed').length;
  const failed = tests.filter(({ status }) => status === 'failed').length;
  // A file that does not load has no failed test, and a run can fail outside of all files; neither may look green.
  const brokenFiles = testResults.filter(
    ({ status, assertionResults }) =>
      status === 'failed' && !assertionResults.some((test) => test.status === 'failed'),
  ).length;
  const unseen = !success && failed + brokenFiles === 0 ? 1 : 0;
  return { passed, failed: failed + brokenFiles + unseen, skipped: tests.length - passed - failed };
}

async function read(path: string): Promise<Totals> {
  const text = await readFile(path, 'utf8').catch(() => undefined);
  if (text === undefined) {
    console.log(`${basename(path)}: no report was written`);
    return { passed: 0, failed: 1, skipped: 0 };
  }
  const totals = totalsOf(JSON.parse(text) as Report);
  console.log(`${basename(path)}: ${format(totals)}`);
  return totals.passed + totals.failed > 0 ? totals : { ...totals, failed: 1 };
}

function format({ passed, failed, skipped }: Totals): string {
  return `${passed} passed, ${failed} failed, ${skipped} skipped`;
}

const all: Totals[] = [];
for (const path of process.argv.slice(2)) all.push(await read(path));
const sum = (key: keyof Totals): number => all.reduce((total, totals) => total + totals[key], 0);
const totals = { passed: sum('passed'), failed: sum('failed'), skipped: sum('skipped') };
console.log(format(totals));
process.exitCode = all.length > 0 && totals.failed === 0 ? 0 : 1;
