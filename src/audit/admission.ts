import { KeyedGate } from './concurrency.ts';
import type { AuditLimits } from './ports.ts';

/** Lets objects in by their namespace, and leaves room for other audits where those run beside this one. */
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
