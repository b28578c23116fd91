import { defineConfig } from 'vitest/config';
import { reporters } from '../support/reporters.ts';

/** Not a project of the main configuration: this test needs root and a network namespace, see run.ts. */
export default defineConfig({
  test: {
    reporters,
    name: 'kube-proxy',
    dir: import.meta.dirname,
    include: ['**/*.test.ts'],
    disableConsoleIntercept: true,
    testTimeout: 300_000,
    hookTimeout: 300_000,
  },
});
