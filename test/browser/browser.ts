import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe } from 'vitest';
import { findChromium } from '../support/chromium.ts';

const executablePath = findChromium();

/** Tests that need a browser. */
export const describeInBrowser = describe.skipIf(executablePath === undefined);

export type OpenOptions = BrowserContextOptions & {
  /** Of the address, with its `#`. */
  readonly fragment?: string;
};

export type OpenedPage = {
  readonly page: Page;
  /** What a page that keeps to itself has none of: messages of the console, errors, dialogs, requests for anything but itself. */
  readonly noise: readonly string[];
};

/** One Chromium for the tests of a file; each page is a file of its own, as a user would open it, in a context of its own. */
export function useBrowser(): (html: string, options?: OpenOptions) => Promise<OpenedPage> {
  let browser: Browser | undefined;
  let folder = '';
  let count = 0;
  beforeAll(async () => {
    if (executablePath === undefined) return;
    folder = await mkdtemp(join(tmpdir(), 'audit-scanner-page-'));
    // As root there is no sandbox; what is opened is our own.
    browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
  });
  afterAll(async () => {
    await browser?.close();
    if (folder !== '') await rm(folder, { recursive: true });
  });
  return async (html, { fragment = '', ...options } = {}) => {
    if (browser === undefined) throw new Error('there is no browser');
    const file = join(folder, `page-${(count += 1)}.html`);
    await writeFile(file, html);
    const context = await browser.newContext({ offline: true, ...options });
    const page = await context.newPage();
    const noise = listen(page, pathToFileURL(file).href);
    await page.goto(`${pathToFileURL(file).href}${fragment}`);
    return { page, noise };
  };
}

function listen(page: Page, address: string): readonly string[] {
  const noise: string[] = [];
  page.on('console', (message) => noise.push(`console: ${message.text()}`));
  page.on('pageerror', (error) => noise.push(`error: ${error.message}`));
  page.on('request', (request) => {
    const [url = ''] = request.url().split('#');
    if (url !== address) noise.push(`request: ${url}`);
  });
  page.on('dialog', (dialog) => {
    noise.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  return noise;
}
