import type { Answers } from './answers.ts';

/** The addresses of a host. Rejects with an Error that says why there are none. */
export type LookUpHost = (host: string) => Promise<readonly string[]>;

/** What policies ask of the network. Without a way to look up hosts every answer is an error. */
export function createNetAnswers(lookUpHost: LookUpHost | undefined): Pick<Answers, 'DNSLookupHost'> {
  return {
    DNSLookupHost: async ({ host }) => {
      if (lookUpHost === undefined) throw new Error(`the address of ${host} is not available offline`);
      return Buffer.from(JSON.stringify({ ips: await lookUpHost(host) }));
    },
  };
}
