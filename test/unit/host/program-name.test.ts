import { expect, it } from 'vitest';
import { asCalled, findProgramName, isPluginCompletion } from '../../../src/host/program-name.ts';

it.each([
  ['/usr/bin/audit-scanner', 'audit-scanner'],
  ['/opt/kubectl-audit_scanner', 'kubectl audit-scanner'],
  ['/opt/kubectl-audit-scanner.js', 'kubectl audit-scanner'],
  ['/opt/kubectl-audit_scanner-old', 'audit-scanner'],
  [undefined, 'audit-scanner'],
])('%s is called %s', (path, name) => {
  expect(findProgramName(path)).toBe(name);
});

it('answers what a word may become under the name that kubectl looks for', () => {
  expect(isPluginCompletion('/opt/kubectl_complete-audit_scanner')).toBe(true);
  expect(isPluginCompletion('/opt/kubectl-audit_scanner')).toBe(false);
});

it.each([
  ['  Try: audit-scanner scan -n shop', '  Try: kubectl audit-scanner scan -n shop'],
  ['audit-scanner COMMAND [flags]', 'kubectl audit-scanner COMMAND [flags]'],
  ['Run "audit-scanner --help"', 'Run "kubectl audit-scanner --help"'],
  [
    'system:serviceaccount:kubewarden:audit-scanner may not',
    'system:serviceaccount:kubewarden:audit-scanner may not',
  ],
  ['audit-scanner - audit Kubernetes', 'kubectl audit-scanner - audit Kubernetes'],
  ['/etc/audit-scanner is', '/etc/audit-scanner is'],
])('%s', (text, expected) => {
  expect(asCalled(text, 'kubectl audit-scanner')).toBe(expected);
  expect(asCalled(text, 'audit-scanner')).toBe(text);
});
