import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { screensOf } from '../../scripts/screens/page.ts';
import { fillScreens } from '../../scripts/screens/run.ts';
import { type DemoCluster, startDemoCluster } from '../support/cluster/demo.ts';
import { describeOnCluster } from '../support/cluster/shared.ts';

const project = join(import.meta.dirname, '../..');
const pages = globSync('docs/**/*.md', { cwd: project })
  .map((path) => ({ path, page: readFileSync(join(project, path), 'utf8') }))
  .filter(({ page }) => screensOf(page).some(({ needs }) => needs === 'cluster'));

// A cluster of its own, because a screen shows everything that is in it.
describeOnCluster('the screens that need a cluster', () => {
  let cluster: DemoCluster;

  beforeAll(async () => {
    cluster = await startDemoCluster(() => undefined);
  });

  afterAll(() => cluster.stop());

  test.each(pages)(
    '$path: are what the program prints; if not: npm run docs:screens -- --cluster',
    async ({ page }) => {
      expect(await fillScreens(page, cluster)).toBe(page);
    },
  );
});
