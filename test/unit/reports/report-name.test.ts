import { describe, expect, it } from 'vitest';
import { reportNameOf } from '../../../src/reports/report-body.ts';
import { aSubject, aUid } from '../sinks/report-builders.ts';

describe('reportNameOf', () => {
  it('is the UID', () => {
    expect(reportNameOf(aSubject('shop/web'))).toBe(aUid(1));
    expect(reportNameOf(aSubject('shop/web', { uid: 'node.worker-1' }))).toBe('node.worker-1');
  });

  // Computed with Python: uuid.uuid5(UUID('5f0c3b1e-2d7a-4c66-b1a9-4e0f8d2c7a35'), 'apps/v1\nDeployment\nshop\nweb')
  const derived = '8f16dd6e-70f4-5d7b-adaa-fcb27de9540b';

  it.each(['', 'Not/a/Name', 'UPPER', '-a', 'a'.repeat(254)])('is derived for a UID of "%s"', (uid) => {
    expect(reportNameOf(aSubject('shop/web', { uid }))).toBe(derived);
  });

  it('is derived from everything that identifies the object, and from nothing else', () => {
    const subject = aSubject('shop/web', { uid: '' });
    const others = [
      { ...subject, apiVersion: 'apps/v2' },
      { ...subject, kind: 'StatefulSet' },
      { ...subject, namespace: 'shop2' },
      { ...subject, namespace: undefined },
      { ...subject, name: 'web2' },
    ];

    expect(new Set([subject, ...others].map(reportNameOf)).size).toBe(6);
    expect(reportNameOf({ ...subject, resourceVersion: '99' })).toBe(derived);
  });
});
