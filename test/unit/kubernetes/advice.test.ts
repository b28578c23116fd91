import { describe, expect, it } from 'vitest';
import {
  adviseOnCertificate,
  adviseOnCredentials,
  adviseOnReaching,
} from '../../../src/kubernetes/advice.ts';

const server = new URL('https://api.example.com:6443');
const laptop = { context: "prod's own", server, proxy: undefined };
const pod = { ...laptop, context: 'in-cluster' };

describe('what to try', () => {
  it('is typed into a shell as it is', () => {
    expect(adviseOnReaching(laptop, 'ECONNREFUSED')).toEqual([
      `kubectl cluster-info --context 'prod'\\''s own'`,
      'audit-scanner scan --context NAME',
    ]);
  });

  it('names the server where its name is wrong, and the proxy where there is one', () => {
    expect(adviseOnReaching(laptop, 'ENOTFOUND')[1]).toContain('kubectl config view --minify');
    expect(adviseOnReaching({ ...laptop, proxy: new URL('http://proxy:3128') }, 'ECONNREFUSED')[0]).toBe(
      'export NO_PROXY="$NO_PROXY,api.example.com"',
    );
  });

  it('looks at the clock first where it is about dates', () => {
    expect(adviseOnCertificate(laptop, 'CERT_HAS_EXPIRED')[0]).toBe('date -u');
    expect(adviseOnCertificate({ ...laptop, context: 'prod' }, 'SELF_SIGNED_CERT_IN_CHAIN')).toEqual([
      'kubectl cluster-info --context prod',
      'openssl s_client -connect api.example.com:6443 </dev/null | openssl x509 -noout -issuer -dates -ext subjectAltName',
    ]);
  });

  it('does not speak of contexts in a Pod, which has none', () => {
    const all = [
      ...adviseOnReaching(pod, 'ENOTFOUND'),
      ...adviseOnCertificate(pod, 'SELF_SIGNED_CERT_IN_CHAIN'),
      ...adviseOnCredentials(pod),
    ];
    expect(all.filter((step) => step.includes('context'))).toEqual([]);
    expect(all.length).toBeGreaterThan(2);
  });
});
