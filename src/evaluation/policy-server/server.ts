/** A policy server as policies name it, and where it answers. */
export type PolicyServer = { readonly name: string; readonly url: URL };

/** The Service behind a name that only resolves inside the cluster, or undefined for any other name. */
export function serviceOf({ hostname }: URL): { service: string; namespace: string } | undefined {
  const [service, namespace, svc] = hostname.split('.');
  return service !== undefined && namespace !== undefined && svc === 'svc'
    ? { service, namespace }
    : undefined;
}
