import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it } from 'vitest';
import { errorCodes } from '../../../../src/domain/errors.ts';
import { tableRenderer } from '../../../../src/reports/formats/table.ts';
import { aPolicy } from '../../../support/builders.ts';
import { renderText } from '../../../support/render-text.ts';
import { aFail, aPass, aReport } from '../../sinks/report-builders.ts';
import { aDocument, demo, hostile, plain } from '../documents.ts';

function table(width: number, reports = demo): string {
  return renderText(tableRenderer, aDocument(reports), { ...plain, width });
}

describe('the table', () => {
  it('groups findings under their object, the worst first', () => {
    expect(table(100)).toBe(`legacy  deployments.apps/ftp
  HIGH      fail   trusted-repos            registry "docker.io" is not in the allow list (image
                                            docker.io/ftpd:latest)
  MEDIUM    fail   user-group-psp           runAsUser 0 is not allowed, expected 1000-65535

payments  deployments.apps/api
  HIGH      fail   no-privileged-pod        Privileged container is not allowed

payments  deployments.apps/reconcile
  HIGH      error  verify-image-signatures  policy-server "default" answered 500: Something went
                                            wrong

(cluster)  namespaces/legacy
  LOW       fail   safe-labels              mandatory label "owner" is missing

shop  deployments.apps/web
  -         fail   unrated                  no severity
  INFO      fail   watched                  too many replicas
`);
  });

  it('tells a cause that many evaluations have in common once, with how many', () => {
    const error = {
      result: 'error',
      message: 'cannot reach policy server "default"',
      errorCode: errorCodes.policyServerUnreachable,
    } as const;
    const [one, two] = [aPolicy('one'), aPolicy('two')];
    const reports = ['web', 'api', 'db'].map((name) =>
      aReport(`shop/${name}`, [
        { policy: one, ...error },
        { policy: two, ...error },
      ]),
    );
    const own = aReport('shop/web', [{ policy: one, ...error, message: 'no quantity: 512Megs' }]);
    expect(table(80, [...reports, own])).toBe(`shop  deployments.apps/web
  -         error  one  no quantity: 512Megs

(not evaluated)
  error  6 evaluations of 2 policies [AS-4101]
         cannot reach policy server "default"
`);
  });

  it('gives long policy names a line of their own in 60 columns', () => {
    expect(table(60)).toBe(`legacy  deployments.apps/ftp
  HIGH      fail   trusted-repos
                                 registry "docker.io" is not
                                 in the allow list (image
                                 docker.io/ftpd:latest)
  MEDIUM    fail   user-group-psp
                                 runAsUser 0 is not allowed,
                                 expected 1000-65535

payments  deployments.apps/api
  HIGH      fail   no-privileged-pod
                                 Privileged container is not
                                 allowed

payments  deployments.apps/reconcile
  HIGH      error  verify-image-signatures
                                 policy-server "default"
                                 answered 500: Something
                                 went wrong

(cluster)  namespaces/legacy
  LOW       fail   safe-labels   mandatory label "owner" is
                                 missing

shop  deployments.apps/web
  -         fail   unrated       no severity
  INFO      fail   watched       too many replicas
`);
  });

  it('does not let one long name take the room of all messages', () => {
    const long = aReport('shop/web', [aFail(aPolicy('x'.repeat(90)), 'one'), aFail('short', 'two')]);
    const indent = ' '.repeat(51);
    expect(table(100, [long])).toBe(`shop  deployments.apps/web
  -         fail   ${'x'.repeat(90)}
${indent}one
  -         fail   short                           two
`);
  });

  it('is a list in a narrower terminal', () => {
    expect(table(40, demo.slice(3))).toBe(`legacy  deployments.apps/ftp
  HIGH      fail   trusted-repos
    registry "docker.io" is not in the
    allow list (image
    docker.io/ftpd:latest)
  MEDIUM    fail   user-group-psp
    runAsUser 0 is not allowed, expected
    1000-65535

payments  deployments.apps/reconcile
  HIGH      error  verify-image-signatures
    policy-server "default" answered
    500: Something went wrong
`);
  });

  it.each([60, 80, 100, 200])('fits into %i columns', (width) => {
    const lines = table(width, [...demo, ...hostile]).split('\n');
    expect(lines.filter((line) => line.length > width)).toEqual([]);
  });

  it('loses nothing of a long message', () => {
    const message = Array.from({ length: 60 }, (_, index) => `word${index}`).join(' ');
    const text = table(80, [aReport('shop/web', [aFail('p', message)])]);
    expect(text.replace(/\s+/g, ' ')).toContain(message);
  });

  it('says the same with colours', () => {
    const colored = renderText(tableRenderer, aDocument(demo), { ...plain, color: true });
    expect(colored).not.toBe(table(100));
    expect(stripVTControlCharacters(colored)).toBe(table(100));
  });

  it('is empty without findings', () => {
    expect(table(100, [])).toBe('');
    expect(table(100, [aReport('shop/web', [])])).toBe('');
  });

  it('shows passes where they are asked for', () => {
    expect(table(80, [aReport('shop/web', [aPass(aPolicy('ok'))])])).toBe(`shop  deployments.apps/web
  -         pass   ok
`);
  });

  it('steers no terminal and starts no line of its own', () => {
    expect(table(200, hostile)).toBe(`shop  deployments.apps/we b
  -         fail   evil-policy  first FAILED: 0 red gnp.exe : :error::x ]]> <b> |  end
`);
  });

  it('does not depend on the order of the reports', () => {
    expect(table(100, demo.toReversed())).toBe(table(100));
  });
});
