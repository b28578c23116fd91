import { SaxesParser } from 'saxes';
import { expect } from 'vitest';
import type { FindingData } from '../../../src/reports/formats/html/finding-rows.ts';

/*
 * The readers of the formats, by the rules that those who made them give: each refuses what its consumer would refuse.
 */

export type GitlabEntry = {
  readonly description: string;
  readonly check_name: string;
  readonly fingerprint: string;
  readonly severity: string;
  readonly location: { readonly path: string; readonly lines: { readonly begin: number } };
};

/** GitLab stops at the first entry that is not complete; two with one fingerprint are one to it. */
export function parseGitlab(text: string): readonly GitlabEntry[] {
  expect(text.startsWith('[')).toBe(true);
  const entries = JSON.parse(text) as readonly GitlabEntry[];
  for (const { description, check_name: check, fingerprint, severity, location } of entries) {
    for (const required of [description, check, fingerprint, location.path]) expect(required).toMatch(/\S/);
    expect(['info', 'minor', 'major', 'critical', 'blocker']).toContain(severity);
    expect(location.path).not.toMatch(/^(\/|\.\/)/);
    expect(Number.isInteger(location.lines.begin) && location.lines.begin >= 1).toBe(true);
  }
  expect(new Set(entries.map(({ fingerprint }) => fingerprint)).size).toBe(entries.length);
  return entries;
}

export type XmlElement = {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: XmlElement[];
  text: string;
};

/** The root of a well-formed document. */
export function parseXml(text: string): XmlElement {
  const top: XmlElement = { name: '', attributes: {}, children: [], text: '' };
  const open = [top];
  const parser = new SaxesParser();
  parser.on('error', (error) => {
    throw error;
  });
  parser.on('opentag', ({ name, attributes }) => {
    const element: XmlElement = { name, attributes, children: [], text: '' };
    open.at(-1)!.children.push(element);
    open.push(element);
  });
  parser.on('text', (piece) => {
    open.at(-1)!.text += piece;
  });
  parser.on('closetag', () => {
    open.pop();
  });
  for (const event of ['cdata', 'comment', 'doctype', 'processinginstruction'] as const) {
    parser.on(event, () => {
      throw new Error(`unexpected ${event}`);
    });
  }
  parser.write(text).close();
  expect(top.children).toHaveLength(1);
  return top.children[0]!;
}

type Rule = { required: string[]; optional: string[]; children: string[]; text: boolean };

/** What the schema of Jenkins' xUnit plugin (junit-10.xsd) allows; `file` is what GitLab reads, and only scans of files have it. */
const rules: Record<string, Rule> = {
  testsuites: {
    required: [],
    optional: ['name', 'time', 'tests', 'failures', 'errors'],
    children: ['testsuite'],
    text: false,
  },
  testsuite: {
    required: ['name', 'tests', 'failures', 'errors'],
    optional: ['time', 'skipped', 'timestamp', 'hostname', 'package'],
    children: ['properties', 'testcase'],
    text: false,
  },
  properties: { required: [], optional: [], children: ['property'], text: false },
  property: { required: ['name', 'value'], optional: [], children: [], text: false },
  testcase: {
    required: ['name'],
    optional: ['classname', 'time'],
    children: ['skipped', 'error', 'failure', 'system-out'],
    text: false,
  },
  failure: { required: [], optional: ['type', 'message'], children: [], text: true },
  error: { required: [], optional: ['type', 'message'], children: [], text: true },
  skipped: { required: [], optional: ['type', 'message'], children: [], text: true },
  'system-out': { required: [], optional: [], children: [], text: true },
};

const surefireTime = /^(([0-9]{0,3},)*[0-9]{3}|[0-9]{0,3})*(\.[0-9]*)?$/;

/** A report that Jenkins takes, and GitLab shows in full: test cases have names that differ, counts are right. */
export function parseJunit(text: string, { files = false } = {}): XmlElement {
  const root = parseXml(text);
  expect(root.name).toBe('testsuites');
  checkElement(root, files);
  const suites = root.children;
  const cases = suites.flatMap((suite) => childrenOf(suite, 'testcase'));
  for (const group of [{ head: root, members: cases }, ...suites.map(toGroup)]) checkCounts(group);
  const names = cases.map(({ attributes }) => JSON.stringify([attributes['classname'], attributes['name']]));
  expect(new Set(names).size).toBe(names.length);
  expect(cases.length).toBeGreaterThan(0);
  return root;
}

export function childrenOf(element: XmlElement, name: string): readonly XmlElement[] {
  return element.children.filter((child) => child.name === name);
}

function toGroup(suite: XmlElement) {
  return { head: suite, members: childrenOf(suite, 'testcase') };
}

function checkCounts({ head, members }: { head: XmlElement; members: readonly XmlElement[] }): void {
  const having = (name: string) => members.filter((member) => childrenOf(member, name).length > 0).length;
  const { tests, failures, errors } = head.attributes;
  expect([tests, failures, errors]).toEqual([members.length, having('failure'), having('error')].map(String));
  if (head.name === 'testsuite') expect(head.attributes['skipped']).toBe(String(having('skipped')));
}

function checkElement(element: XmlElement, files: boolean): void {
  const rule = rules[element.name];
  expect(rule, `<${element.name}> is not in the schema`).toBeDefined();
  const { required, optional, children, text } = rule!;
  const given = Object.keys(element.attributes);
  const allowed = [...required, ...optional, ...(files && element.name === 'testcase' ? ['file'] : [])];
  expect(given.filter((name) => !allowed.includes(name))).toEqual([]);
  expect(required.filter((name) => !given.includes(name))).toEqual([]);
  if (element.name.startsWith('testsuite')) expect(element.attributes['time']).toMatch(surefireTime);
  if (!text) expect(element.text.trim()).toBe('');
  for (const child of element.children) {
    expect(children).toContain(child.name);
    checkElement(child, files);
  }
}

export type WorkflowCommand = {
  readonly name: string;
  readonly properties: Readonly<Record<string, string>>;
  readonly message: string;
};

const runnerCommands =
  /^(error|warning|notice|debug|group|endgroup|echo|add-mask|set-env|set-output|save-state|add-path|add-matcher|remove-matcher|stop-commands)$/i;

/** What the runner of GitHub Actions does with the lines of a log: it finds `::name k=v,k=v::text`, and `##[name k=v;]text` anywhere. */
export function parseWorkflowCommands(log: string): readonly WorkflowCommand[] {
  return log.split(/\r\n|\r|\n/).flatMap((line) => {
    const modern = /^::([^ :]*)(?: (.*?))?::(.*)$/.exec(line.trim());
    if (modern !== null && runnerCommands.test(modern[1]!)) {
      const pairs = (modern[2] ?? '').split(',').flatMap((pair): [string, string][] => {
        const at = pair.indexOf('=');
        return at < 1 ? [] : [[pair.slice(0, at), unescapeCommand(pair.slice(at + 1))]];
      });
      return [
        { name: modern[1]!, properties: Object.fromEntries(pairs), message: unescapeCommand(modern[3]!) },
      ];
    }
    const old = /##(?:\[|vso\[)([a-z.-]*)[^\]]*\](.*)$/i.exec(line);
    return old === null ? [] : [{ name: old[1]!, properties: {}, message: old[2]! }];
  });
}

function unescapeCommand(text: string): string {
  return text
    .replaceAll('%0D', '\r')
    .replaceAll('%0A', '\n')
    .replaceAll('%3A', ':')
    .replaceAll('%2C', ',')
    .replaceAll('%25', '%');
}

/** What the script of a page is given: a parser of HTML ends a script at the first end tag, whatever JSON says. */
export function parsePageData(page: string): FindingData {
  const data = /<script type="application\/json" id="finding-data">([\s\S]*?)<\/script/i.exec(page)?.[1];
  expect(data).toBeDefined();
  expect(data).not.toContain('<');
  return JSON.parse(data!) as FindingData;
}
