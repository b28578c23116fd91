import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Policy } from '../../../src/domain/policy.ts';
import { parsePolicy, policyApi, policyResources } from '../../../src/sources/policy-schema.ts';
import type { ApiObject } from './api-client.ts';

type Example = 'no-privileged' | 'trusted-registries' | 'required-labels' | 'memory-limits';

/** The compiled module of an example policy, as custom resources name it. */
export function exampleModule(name: Example): string {
  return pathToFileURL(join(import.meta.dirname, `../../../examples/modules/${name}.wasm`)).href;
}

/** For the options of a policy: it refuses objects without these labels. */
export function requiring(...labels: readonly string[]) {
  return { module: exampleModule('required-labels'), settings: { labels } };
}

/** Where the API server has a policy. */
export function policyPath({ apiVersion, kind, metadata }: ApiObject): string {
  const plural = policyResources.find((type) => type.kind === kind)?.resource ?? '';
  const place = metadata.namespace === undefined ? '' : `/namespaces/${metadata.namespace}`;
  return `/apis/${apiVersion}${place}/${plural}/${metadata.name}`;
}

/** The policies among objects, as a policy server knows them. */
export function toPolicies(objects: readonly ApiObject[]): readonly Policy[] {
  return objects.flatMap((object) => {
    const type = policyResources.find(({ kind }) => kind === object.kind);
    if (type === undefined || !object.apiVersion.startsWith(`${policyApi.group}/`)) return [];
    const policy = parsePolicy(type.kind, object);
    return 'error' in policy ? [] : [policy];
  });
}
