import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseAllDocuments } from 'yaml';
import { wapcMetadata, withMetadata } from '../../fixtures/wasm/modules.ts';
import { compileRego, RegoUnavailable } from '../../rego/build.mjs';
import type { ApiObject } from './api-client.ts';
import {
  aClusterAdmissionPolicy,
  aNamespace,
  anAdmissionPolicy,
  aPolicyServer,
  type PolicyOptions,
} from './objects.ts';
import { exampleModule, requiring } from './real-policies.ts';

const examples = join(import.meta.dirname, '../../../examples');
const workloads = ['v1/pods', 'apps/v1/deployments', 'apps/v1/daemonsets', 'batch/v1/cronjobs'];

/** What a small company has in its cluster: the example manifests and the example policies, and some policies with a story of their own. */
export type Seed = { readonly workloads: readonly ApiObject[]; readonly policies: readonly ApiObject[] };

/** Compiles the policy in Rego into `directory`; without Go, which that takes, it is left out. */
export async function readSeed(directory: string, log: (line: string) => void): Promise<Seed> {
  const manifests = (await readFolder('manifests')).filter(({ kind }) => kind !== 'Namespace');
  const rego = await compileExample(directory, log);
  return {
    workloads: [
      aNamespace('kubewarden'),
      aNamespace('payments', { env: 'prod' }),
      aNamespace('legacy', { env: 'prod' }),
      aNamespace('monitoring'),
      aNamespace('shop'),
      ...aPolicyServer('default'),
      ...manifests.map(withValidLimits),
    ],
    policies: [
      ...(await readFolder('policies')).map(withModules),
      ...(rego === undefined ? [] : [hostNamespaces(rego)]),
      ...oddPolicies(),
    ],
  };
}

/** Policies that are audited in another way than one might think, or not at all. */
function oddPolicies(): readonly ApiObject[] {
  return [
    // The module refuses its settings, so the policy server has no verdict to give.
    aClusterAdmissionPolicy('broken-settings', {
      severity: 'medium',
      targets: ['v1/services'],
      module: exampleModule('required-labels'),
      settings: { labels: 'owner' },
    }),
    anAdmissionPolicy('not-yet-active', {
      namespace: 'payments',
      targets: ['apps/v1/deployments'],
      status: 'pending',
      ...requiring('owner'),
    }),
    anAdmissionPolicy('everything-has-an-owner', {
      namespace: 'monitoring',
      severity: 'low',
      targets: ['*/*/*'],
      ...requiring('owner'),
    }),
  ];
}

function hostNamespaces(module: string): ApiObject {
  const options: PolicyOptions = { severity: 'high', category: 'Pod security', targets: workloads, module };
  return aClusterAdmissionPolicy('host-namespaces', options);
}

async function compileExample(directory: string, log: (line: string) => void): Promise<string | undefined> {
  const source = join(examples, 'sources/rego/host-namespaces.rego');
  try {
    const wasm = await readFile(await compileRego(source, 'hostnamespaces/violation'));
    const file = join(directory, 'host-namespaces.wasm');
    await writeFile(file, withMetadata(wasm, { ...wapcMetadata, executionMode: 'gatekeeper' }));
    return pathToFileURL(file).href;
  } catch (error) {
    if (!(error instanceof RegoUnavailable)) throw error;
    log(`The policy in Rego is left out: ${error.message}`);
    return undefined;
  }
}

async function readFolder(folder: 'manifests' | 'policies'): Promise<readonly ApiObject[]> {
  const objects: ApiObject[] = [];
  for (const name of (await readdir(join(examples, folder))).toSorted()) {
    const text = await readFile(join(examples, folder, name), 'utf8');
    for (const document of parseAllDocuments(text)) {
      const object = document.toJS() as ApiObject & { readonly items?: readonly ApiObject[] };
      objects.push(...(object.items ?? [object]));
    }
  }
  return objects;
}

/** The API server refuses the typing error in the manifests, about which one of the policies stumbles. */
function withValidLimits(object: ApiObject): ApiObject {
  return JSON.parse(JSON.stringify(object).replaceAll('512Megs', '512Mi')) as ApiObject;
}

/** `file://` in a policy of files is relative to the file, and a policy server knows no such file. */
function withModules(object: ApiObject): ApiObject {
  const modules = pathToFileURL(join(examples, 'modules/')).href;
  const text = JSON.stringify(object).replaceAll('file://../modules/', modules);
  return { ...(JSON.parse(text) as ApiObject), status: { policyStatus: 'active' } };
}
