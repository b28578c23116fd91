import type { AuditObserver } from '../../audit/index.ts';

/** An observer for each cluster of a run, with the fields that say which it is; the only one of a run over one cluster has none. */
export function eachCluster(create: (fields: { readonly cluster?: string }) => AuditObserver): AuditObserver {
  const observers = new Map<string | undefined, AuditObserver>();
  return {
    observe: (event) => {
      const { cluster } = event;
      const observer = observers.get(cluster) ?? create(cluster === undefined ? {} : { cluster });
      observers.set(cluster, observer);
      observer.observe(event);
    },
  };
}
