import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { allCodes } from '../../../src/manual/manual.ts';

const project = join(import.meta.dirname, '../../..');
const page = readFileSync(join(project, 'docs/troubleshooting.md'), 'utf8');
const source = globSync('src/**/*.ts', { cwd: project })
  .map((path) => readFileSync(join(project, path), 'utf8'))
  .join('\n');

/** The first column of the tables: what the program prints, with the code behind it where it has one. */
const quoted = [...page.matchAll(/^\| (`[^|]*?[a-z] [^|]*?`[^|]*) \|/gm)].flatMap(([, cell = '']) =>
  [...cell.matchAll(/`([^`]+)`(?: \[(AS-\d+)\])?/g)].map(([, message = '', code]) => ({ message, code })),
);

/** What of a message is the same each time: the program fills in quoted names, numbers and what "…" stands for. */
function fixedParts(message: string): readonly string[] {
  return message
    .split(/…|"[^"]*"|\d[\d.]* s\b|: |v1alpha1/)
    .map((part) => part.replace(/ (?:policy server|the Kubernetes API at|the Kubernetes API) *$/, '').trim())
    .filter((part) => part.includes(' '));
}

describe('the messages that the page about troubleshooting quotes', () => {
  test('are there', () => {
    expect(quoted.length).toBeGreaterThan(15);
  });

  test.each(quoted)('$message', ({ message, code }) => {
    if (code !== undefined) expect(allCodes).toContain(code);
    // Kubernetes and Node.js say these, not the program.
    if (/^(?:JavaScript heap|the Pod)/.test(message)) return;
    expect(fixedParts(message).filter((part) => !source.includes(part))).toEqual([]);
  });
});
