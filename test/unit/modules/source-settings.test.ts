import { X509Certificate } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { readSourceSettings } from '../../../src/modules/source-settings.ts';
import { createCertificateAuthority } from '../../support/certificates.ts';

const { cert: pem } = await createCertificateAuthority();

it('reads what kwctl reads', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'sources-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const path = join(folder, 'ca.der');
  await writeFile(path, new X509Certificate(pem).raw);
  const settings = await readSourceSettings({
    insecure_sources: ['registry.local:5000'],
    source_authorities: {
      'a.local': [
        { type: 'Data', data: pem },
        { type: 'Path', path },
      ],
    },
    proxies: { https_proxy: 'http://proxy:3128', no_proxy: null },
  });
  expect(settings).toMatchObject({
    insecureHosts: ['registry.local:5000'],
    proxies: { http: '', https: 'http://proxy:3128', except: '' },
  });
  const [data, file] = settings.authorities['a.local'] ?? [];
  expect(data).toBe(pem);
  expect(new X509Certificate(file ?? '').fingerprint256).toBe(new X509Certificate(pem).fingerprint256);
});

it('needs to say nothing', async () => {
  expect(await readSourceSettings(undefined)).toEqual({
    insecureHosts: [],
    authorities: {},
    proxies: undefined,
  });
});

it.each([
  [{ insecure_source: ['a'] }, 'insecure_source'],
  [{ insecure_sources: 'a' }, 'insecure_sources'],
  [
    { source_authorities: { a: [{ type: 'Data', data: 'x' }] } },
    'source_authorities "a": the data is not a certificate',
  ],
  [{ source_authorities: { a: [{ type: 'Path', path: '/nowhere' }] } }, '/nowhere cannot be read'],
  [{ source_authorities: { a: [{ type: 'URL' }] } }, 'source_authorities.a.0.type'],
])('refuses %j', async (document, message) => {
  await expect(readSourceSettings(document)).rejects.toThrow(message);
});
