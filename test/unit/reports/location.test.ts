import { describe, expect, it } from 'vitest';
import { locate, locateRun } from '../../../src/reports/location.ts';
import { aFail, aReport, aSubject } from '../sinks/report-builders.ts';
import { clusterContext, filesContext, fromFile } from './findings.ts';

const inContext = (context: string) => ({ ...clusterContext, target: { context, server: 'https://x' } });

describe('locate', () => {
  it('makes up a path for an object of a cluster', () => {
    expect(locate(aReport('shop/web', [aFail('a')]), clusterContext)).toEqual({
      path: 'k8s/kind-demo/shop/deployments.apps/web.yaml',
      line: 1,
      column: 1,
      isLineKnown: false,
      template: undefined,
      exists: false,
    });
  });

  it('puts what has no namespace under _cluster', () => {
    const { path } = locate(aReport('shop', [aFail('a')]), clusterContext);
    expect(path).toBe('k8s/kind-demo/_cluster/namespaces/shop.yaml');
  });

  it('gives the place in a file, as seen from the root of the repository', () => {
    const report = fromFile(aReport('shop/web', [aFail('a')]), {
      path: 'deploy/web.yaml',
      line: 7,
      column: 3,
    });
    expect(locate(report, filesContext)).toEqual({
      path: 'sub/deploy/web.yaml',
      line: 7,
      column: 3,
      isLineKnown: true,
      template: undefined,
      exists: true,
    });
  });

  it.each([
    ['arn:aws:eks:eu:1:cluster/prod', 'k8s/arn:aws:eks:eu:1:cluster_prod'],
    ['..', 'k8s/_'],
    ['', 'k8s/_'],
    ['a\\b\nc\u001b[31m', 'k8s/a_b c'],
  ])('keeps the context %j in one step of the path', (context, path) => {
    expect(locateRun(inContext(context))).toBe(path);
  });

  it('lets no name lead out of its folder', () => {
    const subject = aSubject('x/y', { namespace: '..', name: '../../etc/passwd\ud800' });
    expect(locate(aReport(subject, [aFail('a')]), clusterContext).path).toBe(
      'k8s/kind-demo/_/deployments.apps/.._.._etc_passwd\ufffd.yaml',
    );
  });
});

describe('locateRun', () => {
  it('is the first path of a scan of files, and stdin for -', () => {
    const { target } = filesContext;
    expect(locateRun(filesContext)).toBe('sub/deploy');
    expect(locateRun({ ...filesContext, target: { ...target, paths: ['-'] } })).toBe('sub/stdin');
  });
});
