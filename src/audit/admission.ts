import { KeyedGate } from './concurrency.ts';
import type { AuditLimits } from './ports.ts';

/** Admits objects by namespace, and leaves capacity to other audits that run at the same time. */
export type Admission = Pick<KeyedGate, 'enter' | 'leave'>;

export function createAdmission({ namespaces, resources, share }: AuditLimits): Admission {
  const gate = new KeyedGate(namespaces, resources);
  if (share === undefined) return gate;
  const room = new KeyedGate(1, share.size());
  share.follow((size) => {
    room.resize(size);
  });
  return {
    enter: async (key) => {
      await gate.enter(key);
      await room.enter('');
    },
    leave: (key) => {
      gate.leave(key);
      room.leave('');
    },
  };
}
