// `npm start`: scans the examples with the engine of this project. Any Node can read this file, so that it can say what is missing.
import { existsSync } from 'node:fs';

const needed = ['node_modules/.bin/node', 'dist/cli/main.js', 'examples/modules'];
const missing = needed.filter((path) => !existsSync(new URL(`../${path}`, import.meta.url)));
if (missing.length > 0) {
  process.stderr.write(
    `error: nothing is installed and built yet: there is no ${missing.join(', no ')}\n  Try: npm ci && npm start\n`,
  );
  process.exitCode = 1;
} else {
  process.argv.splice(2, 0, 'demo');
  await import('../bin/audit-scanner.js');
}
