import axe from 'axe-core';
import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { AuditError, errorCodes } from '../../src/domain/errors.ts';
import { toUnstartedDocument } from '../../src/reports/unstarted.ts';
import { aPolicy } from '../support/builders.ts';
import { aFullDocument, aPage, manyFindings, withHistory } from '../support/page-documents.ts';
import { aDocument, clusterContext, fromFile, incomplete } from '../unit/reports/findings.ts';
import { aFail, aReport, aSubject } from '../unit/sinks/report-builders.ts';
import { describeInBrowser, useBrowser } from './browser.ts';

const unstarted = toUnstartedDocument({
  errors: [new AuditError(errorCodes.listForbidden, 'not allowed to list policies')],
  exitCode: 4,
  failOn: 'any',
  runUid: 'run-1',
  at: new Date('2026-11-24T10:00:00Z'),
});

const pages = {
  'with something in every part': aPage(aFullDocument(), withHistory),
  'without a finding': aPage(aDocument([])),
  'of a run that did not start': aPage(unstarted),
};
const full = pages['with something in every part'];

const rowsOf = (page: Page) => page.locator('.findings tbody tr');
/** As the page has it: what the driver knows of its address comes later. */
const fragmentOf = (page: Page) => page.evaluate<string>('location.hash');
const shown = (page: Page) => page.locator('#shown').textContent();
const column = (page: Page, name: string) =>
  page.locator(`.findings tbody .${name} > [data-is]:first-child`).allTextContents();

async function findBarriers(page: Page): Promise<readonly string[]> {
  await page.evaluate(axe.source);
  const { violations } = await page.evaluate<axe.AxeResults>('axe.run()');
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 120)).join(' ')}`);
}

describeInBrowser('a page', () => {
  const open = useBrowser();

  it.each(
    Object.entries(pages).flatMap(([name, html]) =>
      (['light', 'dark'] as const).flatMap((colorScheme) =>
        ['with', 'without'].map((scripts) => ({ name, html, colorScheme, scripts })),
      ),
    ),
  )(
    '$name has nothing that axe finds, and asks for nothing: $colorScheme, $scripts its script',
    async ({ html, colorScheme, scripts }) => {
      // axe is a script itself, so that the browser has to run some.
      const opened = scripts === 'with' ? html : html.replace(/<script type="module">[^]*?<\/script>/, '');
      const { page, noise } = await open(opened, { colorScheme });
      expect(await findBarriers(page)).toEqual([]);
      expect(noise).toEqual([]);
    },
  );

  it.each([320, 400, 1280])('fits a window of %i pixels', async (width) => {
    const { page } = await open(full, { viewport: { width, height: 800 } });
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(width);
  });

  it('without scripts shows the findings, and nothing that would do nothing', async () => {
    const { page } = await open(full, { javaScriptEnabled: false });
    expect(await rowsOf(page).count()).toBe(60);
    expect(await page.locator('.filter, .more').filter({ visible: true }).count()).toBe(0);
    expect(await page.locator('a[href]:not([href^="#"])').count()).toBe(0);
    expect(await page.locator('.matrix a[href]').count()).toBe(0);
  });

  it('in print shows the findings and what is folded, and no filter', async () => {
    const { page } = await open(full);
    await page.emulateMedia({ media: 'print' });
    expect(await page.locator('.filter').isVisible()).toBe(false);
    expect(await page.getByText('namespaces that were left out: kube-system').isVisible()).toBe(true);
    expect(await rowsOf(page).last().isVisible()).toBe(true);
    expect((await page.pdf()).subarray(0, 5).toString()).toBe('%PDF-');
  });

  it('keeps names and messages texts', async () => {
    const text =
      '<script>alert(1)</script></script><!--<img src=x onerror=alert(1)> "q" \'s\' &lt; \u202egnp.exe';
    const policy = { ...aPolicy(text, { severity: 'high' }), uniqueName: text };
    const subject = aSubject('shop/web', { name: text, namespace: text });
    const report = fromFile(aReport(subject, [aFail(policy, `${text}${'M'.repeat(10_240)}`)]), {
      path: text,
      line: 3,
      column: 1,
    });
    const { page, noise } = await open(aPage(aDocument([report], incomplete)), {
      viewport: { width: 1280, height: 800 },
    });
    const plain = text.replace('\u202e', '');
    expect(await column(page, 'policy')).toEqual([plain]);
    expect(await column(page, 'namespace')).toEqual([plain]);
    expect(await column(page, 'object')).toEqual([`deployments.apps/${plain}`]);
    await page.locator('.message summary').click();
    expect(await page.locator('.message details p').textContent()).toBe(`${plain}${'M'.repeat(10_240)}`);
    expect(await page.locator('script').count()).toBe(2);
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(1280);
    expect(noise).toEqual([]);
    await page.locator('.policy a').click();
    expect(await rowsOf(page).count()).toBe(1);
  });
});

describeInBrowser('the findings', () => {
  const open = useBrowser();

  it('follow a cell of the matrix, and a link to it shows the same', async () => {
    const { page } = await open(full);
    const cell = page.locator('.matrix tbody td a').first();
    const count = Number(await cell.textContent());
    await cell.click();
    const [policy] = await column(page, 'policy');
    expect(new Set(await column(page, 'policy'))).toEqual(new Set([policy]));
    expect(new Set(await column(page, 'namespace')).size).toBe(1);
    const open1 = (await column(page, 'result')).filter((result) => result === 'fail');
    expect(open1).toHaveLength(count);
    const before = await rowsOf(page).allTextContents();
    await page.reload();
    expect(await rowsOf(page).allTextContents()).toEqual(before);
    await page.goBack();
    expect(await rowsOf(page).count()).toBe(60);
  });

  it('can be searched and chosen from, and the address keeps it', async () => {
    const { page, noise } = await open(full);
    await page.getByLabel('Search').fill('SHOP memory');
    expect(new Set(await column(page, 'namespace'))).toEqual(new Set(['shop']));
    expect(new Set(await column(page, 'policy'))).toEqual(new Set(['memory-limits']));
    await page.getByLabel('Search').fill('');
    await page.getByLabel('Result').selectOption('accepted');
    expect(await rowsOf(page).count()).toBe(6);
    expect(await rowsOf(page).first().textContent()).toContain('accepted: the vendor is on it');
    await page.getByRole('combobox', { name: 'Since the baseline' }).selectOption('new');
    expect(await fragmentOf(page)).toBe('#result=accepted&baseline=new');
    await page.getByRole('button', { name: 'Clear' }).click();
    expect(await rowsOf(page).count()).toBe(60);
    expect(noise).toEqual([]);
  });

  it('can be sorted by a column, both ways', async () => {
    const { page } = await open(full);
    const head = page.getByRole('columnheader', { name: 'Namespace' }).last();
    const button = head.getByRole('button');
    await button.click();
    expect(await head.getAttribute('aria-sort')).toBe('ascending');
    const namespaces = await column(page, 'namespace');
    expect(namespaces).toEqual(namespaces.toSorted());
    await button.click();
    expect(await head.getAttribute('aria-sort')).toBe('descending');
    expect(await column(page, 'namespace')).toEqual(namespaces.toReversed());
    expect(await fragmentOf(page)).toBe('#sort=-namespace');
  });

  it('are reached by a link with a filter, which may name what is gone', async () => {
    const { page } = await open(full, { fragment: '#policy=gone&sort=-policy' });
    expect(await rowsOf(page).count()).toBe(0);
    expect(await page.locator('[name="policy"]').inputValue()).toBe('gone');
    expect(await shown(page)).toBe('0 of 60 findings are shown; 0 fit the filter.');
    expect(await page.evaluate('document.activeElement?.id')).toBe('findings-title');
  });

  it('are all reached with the keyboard alone', async () => {
    const { page } = await open(full);
    await page.keyboard.press('Tab');
    expect(await page.evaluate('document.activeElement?.textContent')).toBe('Skip to the findings');
    await page.keyboard.press('Enter');
    // The browser follows the link, and counts the next stop from there, when it has drawn a frame.
    await expect.poll(() => fragmentOf(page)).toBe('#findings');
    await page.evaluate('new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)))');
    await page.keyboard.press('Tab');
    expect(await page.evaluate('document.activeElement?.getAttribute("type")')).toBe('search');
    await page.keyboard.type('shop');
    await expect.poll(async () => new Set(await column(page, 'namespace'))).toEqual(new Set(['shop']));
    // Past the choices and the button that clears them, to the head of the first column; what scrolls may be a stop as well.
    const isAtHead = () => page.evaluate<boolean>("document.activeElement?.closest('th') !== null");
    for (let tabs = 0; tabs < 15 && !(await isAtHead()); tabs += 1) await page.keyboard.press('Tab');
    expect(await isAtHead()).toBe(true);
    await page.keyboard.press('Space');
    await expect.poll(() => fragmentOf(page)).toBe('#q=shop&sort=severity');
  });

  it('are shown once for several Pods of one owner, which can be seen and found', async () => {
    const policy = aPolicy('no-root', { severity: 'high' });
    const pods = manyFindings(3).map((report, index) => ({
      ...report,
      results: [aFail(policy, 'runs as root'), ...(index === 0 ? [aFail(policy, 'only here')] : [])],
    }));
    const html = aPage(aDocument(pods), {
      ...clusterContext,
      view: { groupBy: 'resource', rollUp: true, screenLines: 24 },
    });
    const { page, noise } = await open(html);
    expect(await rowsOf(page).count()).toBe(2);
    expect(await page.locator('#findings .note').first().textContent()).toContain('--no-roll-up');
    const owner = rowsOf(page).filter({ hasText: 'runs as root' });
    expect(await owner.locator('.object a').first().textContent()).toBe('deployments.apps/web-0');
    const folded = owner.locator('details.members');
    expect(await folded.locator('summary').textContent()).toBe('3 Pods');
    expect(await folded.locator('p').isVisible()).toBe(false);
    await folded.locator('summary').click();
    expect(await folded.locator('p').innerText()).toBe('pods/web-00000\npods/web-00001\npods/web-00002');
    const single = rowsOf(page).filter({ hasText: 'only here' });
    expect(await single.locator('.object a').first().textContent()).toBe('pods/web-00000');
    expect(await single.locator('details.members').filter({ visible: true }).count()).toBe(0);
    expect(await findBarriers(page)).toEqual([]);
    await page.getByLabel('Search').fill('web-00002');
    expect(await rowsOf(page).count()).toBe(1);
    expect(noise).toEqual([]);
    expect(aPage(aDocument(pods))).not.toContain('3 Pods');
  });

  it('are 500 at a time where there are ten thousand of them', async () => {
    const html = aPage(aDocument(manyFindings(10_000)));
    expect(Buffer.byteLength(html)).toBeLessThan(10_000_000);
    const { page } = await open(html);
    expect(await rowsOf(page).count()).toBe(500);
    expect(await shown(page)).toBe('500 of 10,000 findings are shown.');
    await page.getByRole('button', { name: 'Show 500 more' }).click();
    expect(await rowsOf(page).count()).toBe(1000);
    await page.getByLabel('Search').fill('web-09999');
    expect(await rowsOf(page).count()).toBe(1);
  });
});
