import { spawnSync } from 'node:child_process';
import { copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { metricTable } from '../../../src/telemetry/metric-table.ts';
import { buildPromtool } from '../../monitoring/build.mjs';
import { describeWithMonitoring } from '../../support/monitoring.ts';

const project = join(import.meta.dirname, '../../..');
const manifests = join(project, 'manifests/monitoring');

type Groups = { readonly groups: readonly { readonly rules: readonly { readonly expr: string }[] }[] };
type Panel = { readonly title: string; readonly targets: readonly { readonly expr: string }[] };

async function readRules(): Promise<Groups> {
  const text = await readFile(join(manifests, 'prometheus-rule.yaml'), 'utf8');
  return (parse(text) as { readonly spec: Groups }).spec;
}

async function readPanels(): Promise<readonly Panel[]> {
  const text = await readFile(join(manifests, 'dashboard.json'), 'utf8');
  return (JSON.parse(text) as { readonly panels: readonly Panel[] }).panels;
}

const known = new Set(
  metricTable.flatMap(({ name, type }) =>
    type === 'gauge' ? [name] : [`${name}_bucket`, `${name}_sum`, `${name}_count`],
  ),
);

function unknownIn(text: string): readonly string[] {
  return [...text.matchAll(/audit_scanner_\w+/g)].map(([name]) => name).filter((name) => !known.has(name));
}

describe('what is monitored', () => {
  it('uses what the program exports: each metric of the alerts exists', async () => {
    expect(unknownIn(await readFile(join(manifests, 'prometheus-rule.yaml'), 'utf8'))).toEqual([]);
  });

  it('uses what the program exports: each panel of the dashboard queries metrics that exist', async () => {
    const panels = await readPanels();
    expect(panels.length).toBeGreaterThan(10);
    for (const { title, targets } of panels) {
      expect(targets.length, title).toBeGreaterThan(0);
      for (const { expr } of targets) {
        expect(expr, title).toContain('audit_scanner_');
        expect(unknownIn(expr), title).toEqual([]);
      }
    }
  });
});

describeWithMonitoring('promtool', { timeout: 60_000 }, () => {
  let folder: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'alerts-'));
    await writeFile(join(folder, 'rules.yaml'), stringify(await readRules()));
  });
  afterAll(() => rm(folder, { recursive: true }));

  /** What it says; it has to end well. */
  async function promtool(...argv: readonly string[]): Promise<string> {
    const program = await buildPromtool();
    const { status, stdout, stderr } = spawnSync(program, argv, { cwd: folder, encoding: 'utf8' });
    expect({ status, said: stdout + stderr }).toMatchObject({ status: 0 });
    return stdout;
  }

  it('finds nothing wrong with the rules', async () => {
    expect(await promtool('check', 'rules', '--lint-fatal', 'rules.yaml')).toContain('10 rules found');
  });

  it('sees them fire when they should, and say what is missing', async () => {
    await copyFile(join(project, 'test/monitoring/alerts.yaml'), join(folder, 'alerts.yaml'));
    expect(await promtool('test', 'rules', 'alerts.yaml')).toContain('SUCCESS');
  });

  it('can read every query of the dashboard', async () => {
    const queries = (await readPanels()).flatMap(({ targets }) => targets.map(({ expr }) => expr));
    const rules = queries.map((expr, index) => ({ record: `panel:query:${index}`, expr }));
    await writeFile(join(folder, 'queries.yaml'), stringify({ groups: [{ name: 'dashboard', rules }] }));
    expect(await promtool('check', 'rules', 'queries.yaml')).toContain(`${queries.length} rules found`);
  });
});
