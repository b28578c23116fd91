import { toSharedBytes } from '../program/shared-bytes.ts';

/** Asks for an answer unless it is kept or on its way. */
export type KeepAnswer = (key: string, ask: () => Promise<Uint8Array>) => Promise<Uint8Array>;

/** Keeps the latest answers, up to so many bytes. Failures are not kept: they may have passed when somebody asks again. */
export function createKeptAnswers(maxBytes: number): KeepAnswer {
  const kept = new Map<string, Uint8Array>();
  const asked = new Map<string, Promise<Uint8Array>>();
  let size = 0;

  function keep(key: string, answer: Uint8Array): void {
    if (answer.length > maxBytes) return;
    kept.set(key, answer);
    size += answer.length;
    for (const [oldKey, { length }] of kept) {
      if (size <= maxBytes) return;
      kept.delete(oldKey);
      size -= length;
    }
  }

  async function askOnce(key: string, ask: () => Promise<Uint8Array>): Promise<Uint8Array> {
    try {
      const answer = toSharedBytes([await ask()]);
      keep(key, answer);
      return answer;
    } finally {
      asked.delete(key);
    }
  }
  return (key, ask) => {
    const found = kept.get(key);
    if (found !== undefined) return Promise.resolve(found);
    const asking = asked.get(key) ?? askOnce(key, ask);
    asked.set(key, asking);
    return asking;
  };
}
