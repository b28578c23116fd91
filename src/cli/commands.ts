import type { CommandEntry } from '../config/index.ts';

/** The commands, in the order of the help. Each is loaded when it is asked for. */
export const commands: readonly CommandEntry[] = [
  {
    name: 'scan',
    usage: 'scan [PATH]',
    summary: 'audit a live cluster, or files, and show the findings; writes nothing without --store',
    isTopic: true,
    load: async () => (await import('../commands/scan/index.ts')).scan,
  },
  {
    name: 'preview',
    usage: 'preview POLICIES [PATH]',
    summary: 'what would fail anew, and what no longer, if these policies were installed',
    isTopic: true,
    load: async () => (await import('../commands/preview/index.ts')).preview,
  },
  {
    name: 'demo',
    usage: 'demo',
    summary: 'scan the examples of this package: no cluster, no network',
    load: async () => (await import('../commands/demo/index.ts')).demo,
  },
  {
    name: 'policies',
    usage: 'policies [NAME]',
    summary: 'which policies are audited, skipped or broken, and why',
    isTopic: true,
    load: async () => (await import('../commands/policies/index.ts')).policies,
  },
  {
    name: 'doctor',
    usage: 'doctor',
    summary: 'check access, policy servers and certificates before a scan',
    isTopic: true,
    load: async () => (await import('../commands/doctor/index.ts')).doctor,
  },
  {
    name: 'rbac',
    usage: 'rbac [--missing]',
    summary: 'the least roles that a scan needs, for kubectl apply',
    isTopic: true,
    load: async () => (await import('../commands/rbac/index.ts')).rbac,
  },
  {
    name: 'status',
    usage: 'status',
    summary: 'when the stored reports were last confirmed, and what they do not cover',
    isTopic: true,
    load: async () => (await import('../commands/status/index.ts')).status,
  },
  {
    name: 'config',
    usage: 'config ACTION',
    summary: 'the file with flags that nobody types: show, init, validate',
    isTopic: true,
    load: async () => (await import('../commands/config/index.ts')).config,
  },
  {
    name: 'convert',
    usage: 'convert FILE',
    summary: 'show a saved result in another format, and judge it again',
    isTopic: true,
    load: async () => (await import('../commands/convert/index.ts')).convert,
  },
  {
    name: 'explain',
    usage: 'explain [CODE|POLICY]',
    summary: 'the manual of an error code, like AS-3101; or all about a policy, and what fails it',
    isTopic: true,
    load: async () => (await import('../commands/explain/index.ts')).explain,
  },
  {
    name: 'completion',
    usage: 'completion SHELL',
    summary: 'commands, flags and their values at the press of a key, in bash, zsh and fish',
    isTopic: true,
    load: async () => (await import('../commands/completion/index.ts')).completion,
  },
  {
    name: 'version',
    usage: 'version [-o json]',
    summary: 'version of this program and of Node.js',
    load: async () => (await import('../commands/version/index.ts')).version,
  },
  {
    name: 'help',
    usage: 'help [TOPIC]',
    summary: 'exit-codes, environment, formats, ci, files, monitoring, or a command',
    load: async () => (await import('../commands/help/index.ts')).help,
  },
];
