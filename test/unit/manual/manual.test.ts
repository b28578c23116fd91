import { describe, expect, it } from 'vitest';
import { configureDropIn } from '../../../src/commands/drop-in/configure.ts';
import { dropInOptions } from '../../../src/commands/drop-in/options.ts';
import { readGoFlags } from '../../../src/commands/drop-in/pflag.ts';
import { configureScan } from '../../../src/commands/scan/configure.ts';
import { scanOptions } from '../../../src/commands/scan/options.ts';
import { readCommandLine } from '../../../src/config/command-line/command-line.ts';
import { errorCodes } from '../../../src/domain/errors.ts';
import {
  allCodes,
  findCode,
  manual,
  renderManual,
  renderManualIndex,
  suggestCode,
} from '../../../src/manual/manual.ts';
import { looks } from '../../support/looks.ts';

const entries = allCodes.map((code) => ({ code, ...manual[code] }));
const commands = entries.flatMap(({ code, fixes }) =>
  fixes.flatMap(({ commands: lines = [] }) => lines.map((command) => ({ code, command }))),
);

describe('the manual', () => {
  it('has an entry for every code and for nothing else', () => {
    expect(Object.keys(manual).sort()).toEqual(Object.values(errorCodes).sort());
    expect(allCodes).toEqual(Object.keys(manual).sort());
  });

  it.each(entries)(
    '$code says everything in whole sentences',
    ({ title, meaning, detection, effect, fixes }) => {
      expect(title).toMatch(/^[A-Z].*[^.]$/);
      for (const text of [meaning, detection, effect]) expect(text).toMatch(/^\S.*[.)]$/);
      expect(fixes.length).toBeGreaterThan(0);
      for (const { step } of fixes) expect(step).toMatch(/^[A-Z].*[.)]$/);
    },
  );

  it.each(entries)('$code names other codes that exist', ({ code, related, ...texts }) => {
    expect(related.filter((other) => !allCodes.includes(other) || other === code)).toEqual([]);
    expect(new Set(related).size).toBe(related.length);
    const mentioned = JSON.stringify(texts).match(/AS-\d+/g) ?? [];
    expect(mentioned.filter((other) => findCode(other) === undefined)).toEqual([]);
  });

  it('gives every title once', () => {
    expect(new Set(entries.map(({ title }) => title)).size).toBe(entries.length);
  });
});

describe('the commands of the manual', () => {
  const scans = commands.filter(({ command }) => command.startsWith('audit-scanner scan'));
  const dropIns = commands.filter(({ command }) => command.startsWith('audit-scanner -'));

  it.each(scans)('$code: $command is accepted', ({ command }) => {
    const { flags, positionals, problems } = readCommandLine(argumentsOf(command).slice(1), {
      options: scanOptions,
    });
    const checked = configureScan(flags, {}, positionals);
    expect([...problems, ...(checked.ok ? [] : checked.problems)]).toEqual([]);
  });

  it.each(dropIns.filter(({ command }) => !command.endsWith('--help')))(
    '$code: $command is accepted',
    ({ command }) => {
      const { flags, positionals, problems } = readGoFlags(argumentsOf(command), dropInOptions);
      expect({ positionals, problems, ok: configureDropIn(flags).ok }).toEqual({
        positionals: [],
        problems: [],
        ok: true,
      });
    },
  );

  const looking = commands.filter(({ command }) =>
    /^audit-scanner (policies|doctor|rbac|status|verify-evidence)\b/.test(command),
  );

  it.each(looking)('$code: $command is accepted', ({ command }) => {
    const [name = '', ...args] = argumentsOf(command);
    const { groups, configure } = looks[name as keyof typeof looks];
    const { flags, positionals, problems } = readCommandLine(args, {
      options: groups.flatMap((group) => group.options),
    });
    expect([...problems, configure(flags, {}, positionals)]).toMatchObject([{ ok: true }]);
  });

  it('are those and a few without flags', () => {
    const known = [...scans, ...dropIns, ...looking].map(({ command }) => command);
    const others = commands
      .map(({ command }) => command)
      .filter((command) => command.startsWith('audit-scanner') && !known.includes(command));
    expect([...new Set(others)].sort()).toEqual([
      'audit-scanner config init',
      'audit-scanner config init new.yaml',
      'audit-scanner config show',
      'audit-scanner config validate FILE',
      'audit-scanner help environment',
      'audit-scanner version',
    ]);
  });

  /** What the shell would hand over, with names in place of the placeholders in capitals. */
  function argumentsOf(command: string): string[] {
    const [line = ''] = command.split(/ (?:2>|\| )/);
    return line
      .split(' ')
      .slice(1)
      .filter((word) => word !== '--help')
      .map((word) => word.replaceAll(/\b[A-Z]{2,}\b/g, (name) => name.toLowerCase()));
  }
});

describe('renderManual', () => {
  it('shows a code in full', () => {
    expect(renderManual(errorCodes.outputFailed)).toBe(
      [
        'AS-5001  An output could not be written completely',
        '',
        'What happened',
        '  Writing a document requested with --output failed midway: the disk is full,',
        '  the quota is used up, or the file system went away.',
        '',
        'How audit-scanner found out',
        '  The operating system refused a write, or refused to move the finished file',
        '  into place.',
        '',
        'What it does to the scan',
        '  The document is missing. An existing file of that name stays as it was, and',
        '  the partial one is removed. Other documents are written and reports are stored',
        '  as usual. Exit code 3, or 1 if there are violations too.',
        '',
        'Whether a retry helps',
        '  It may: the disk may have free space again.',
        '',
        'What to do',
        '  1. Free some space, or write somewhere else.',
        '       df -h DIRECTORY',
        '       audit-scanner scan -o json=/other/place/audit.json',
        '  2. Run it again; `scan` without --store changes nothing in the cluster.',
        '',
        'See also',
        '  AS-2005  An output file cannot be written',
        '',
      ].join('\n'),
    );
  });

  it('leaves out what there is not', () => {
    expect(renderManual(errorCodes.internal)).not.toContain('See also');
  });

  it.each(entries)('$code is 80 columns wide at most, but for commands', ({ code, fixes }) => {
    const unbreakable = fixes.flatMap(({ commands: lines = [] }) =>
      lines.map((command) => `       ${command}`),
    );
    const wide = renderManual(code)
      .split('\n')
      .filter((line) => line.length > 80 && !unbreakable.includes(line));
    expect(wide).toEqual([]);
    for (const line of unbreakable) expect(renderManual(code)).toContain(`\n${line}\n`);
  });
});

describe('renderManualIndex', () => {
  it('lists every code in order with its title', () => {
    const lines = renderManualIndex().split('\n');
    expect(lines.pop()).toBe('');
    expect(lines).toEqual(entries.map(({ code, title }) => `${code}  ${title}`));
    expect(lines[0]).toBe('AS-1001  Node.js is too old');
  });
});

describe('findCode', () => {
  it.each(['AS-4101', 'as-4101', '4101', 'AS4101', 'as 4101', ' AS_4101 '])('understands %j', (text) => {
    expect(findCode(text)).toBe('AS-4101');
  });

  it.each(['', 'AS-', 'AS-410', '41011', 'AS-9999', 'no-privileged-pods', 'toString'])(
    'finds nothing for %j',
    (text) => {
      expect(findCode(text)).toBeUndefined();
    },
  );
});

describe('suggestCode', () => {
  it.each([
    ['AS-4191', 'AS-4101'],
    ['3111', 'AS-3101'],
    ['as-90001', 'AS-9001'],
    ['AS-3l10', 'AS-3110'],
  ])('takes %s for %s', (text, code) => {
    expect(suggestCode(text)).toBe(code);
  });

  it('does not guess for what is no code', () => {
    expect(suggestCode('no-privileged-pods')).toBeUndefined();
  });
});
