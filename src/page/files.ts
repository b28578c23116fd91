import { readFileSync } from 'node:fs';

/*
 * What a reader's browser gets, as it lies in this folder: nothing is put together or made smaller on the way, so what is checked here is
 * what runs there.
 */

/** The style of a page; it names no other file and no address. */
export const pageStyle = read('style.css');

/** The script of a page: a module without imports, which finds the elements that it needs in the page. */
export const pageScript = ['table.js', 'filter.js', 'findings.js'].map(read).join('\n');

function read(name: string): string {
  return readFileSync(new URL(name, import.meta.url), 'utf8');
}
