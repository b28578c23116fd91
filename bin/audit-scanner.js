#!/usr/bin/env node
// Every Node can read this file, so that an old one can say what is missing; nothing is imported before that.
var needed = [22, 19];
var found = process.versions.node.split('.').map(Number);
if (found[0] < needed[0] || (found[0] === needed[0] && found[1] < needed[1])) {
  process.stderr.write(
    'error: audit-scanner needs Node.js 22.19 or newer, and this is Node.js ' +
      process.versions.node +
      ' [AS-1001]\n' +
      '  Try: install Node.js 24 from https://nodejs.org, or use the container image\n',
  );
  process.exitCode = 4;
} else {
  import('../dist/cli/main.js').then(
    (cli) => cli.start(),
    (error) => {
      process.stderr.write('error: audit-scanner cannot be loaded: ' + error.message + ' [AS-9001]\n');
      process.exitCode = 70;
    },
  );
}
