// The compiler leaves alone what is not TypeScript: the files that a page is made of are copied beside what it built.
import { copyFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';

const [from, to] = ['src', 'dist'].map((folder) => join(import.meta.dirname, '..', folder, 'page')) as [
  string,
  string,
];
for (const file of await readdir(from))
  if (/\.(?:js|css)$/.test(file)) await copyFile(join(from, file), join(to, file));
