import { randomUUID } from 'node:crypto';
import { open } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import type { ApiClient } from './api-client.ts';

/** One request that the API server answered, as its own audit log tells it. */
export type AuditedRequest = {
  readonly user: string;
  readonly userAgent: string;
  /** The API verb: get, list, watch, create, update, patch, delete, deletecollection. */
  readonly verb: string;
  /** `deployments.apps`, `pods`, `policyreports.wgpolicyk8s.io`, with `/status` for a subresource; empty for discovery. */
  readonly resource: string;
  readonly namespace: string;
  readonly name: string;
  readonly uri: string;
  readonly status: number;
};

export type AuditLog = {
  /** Requests since the last reset (or the start), without those that the harness and the control plane sent. */
  requests(): Promise<AuditedRequest[]>;
  /** Forgets what was logged so far. */
  reset(): Promise<void>;
};

/** Users whose requests are none of what a test measures. */
const ownUsers = /^(harness$|system:(apiserver|kube-controller-manager|kube-proxy)$)/;

export const auditPolicy = {
  apiVersion: 'audit.k8s.io/v1',
  kind: 'Policy',
  omitStages: ['RequestReceived', 'ResponseStarted'],
  rules: [{ level: 'Metadata' }],
};

/** Number of requests by `<verb> <resource>`, e.g. `{ 'list pods': 2 }`, in alphabetical order. */
export function countRequests(requests: readonly AuditedRequest[]): Record<string, number> {
  const counts = new Map<string, number>();
  for (const { verb, resource, uri } of requests) {
    const key = `${verb} ${resource === '' ? uri.replace(/\?.*/, '') : resource}`;
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return Object.fromEntries([...counts].sort(([left], [right]) => (left < right ? -1 : 1)));
}

export function createAuditLog(path: string, client: ApiClient): AuditLog {
  let offset = 0;

  async function readFrom(start: number): Promise<string> {
    const file = await open(path);
    try {
      const chunks: string[] = [];
      for await (const chunk of file.createReadStream({ start, encoding: 'utf8', autoClose: false })) {
        chunks.push(chunk as string);
      }
      return chunks.join('');
    } finally {
      await file.close();
    }
  }

  /** Answers the log from `offset` on, once everything that was answered before the call is in it. */
  async function readSettled(): Promise<string> {
    const mark = randomUUID();
    await client.request('GET', `/version?mark=${mark}`);
    for (let attempt = 0; attempt < 600; attempt++) {
      const text = await readFrom(offset);
      if (text.includes(mark) && text.endsWith('\n')) return text;
      await delay(50);
    }
    throw new Error(`the API server wrote nothing to its audit log ${path} for 30 s`);
  }

  return {
    requests: async () => parseAuditLog(await readSettled()).filter(({ user }) => !ownUsers.test(user)),
    reset: async () => {
      offset += Buffer.byteLength(await readSettled());
    },
  };
}

type AuditEvent = {
  readonly stage: string;
  readonly verb: string;
  readonly requestURI: string;
  readonly userAgent?: string;
  readonly user: { readonly username: string };
  readonly impersonatedUser?: { readonly username: string };
  readonly responseStatus?: { readonly code: number };
  readonly objectRef?: {
    readonly apiGroup?: string;
    readonly resource?: string;
    readonly subresource?: string;
    readonly namespace?: string;
    readonly name?: string;
  };
};

function parseAuditLog(text: string): AuditedRequest[] {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as AuditEvent)
    .filter(({ stage }) => stage === 'ResponseComplete')
    .map((event) => ({
      user: (event.impersonatedUser ?? event.user).username,
      userAgent: event.userAgent ?? '',
      verb: event.verb,
      resource: resourceOf(event.objectRef),
      namespace: event.objectRef?.namespace ?? '',
      name: event.objectRef?.name ?? '',
      uri: event.requestURI,
      status: event.responseStatus?.code ?? 0,
    }));
}

function resourceOf(reference: AuditEvent['objectRef']): string {
  if (reference?.resource === undefined) return '';
  const group = reference.apiGroup === undefined ? '' : `.${reference.apiGroup}`;
  const subresource = reference.subresource === undefined ? '' : `/${reference.subresource}`;
  return `${reference.resource}${group}${subresource}`;
}
