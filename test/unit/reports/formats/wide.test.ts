import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it } from 'vitest';
import { wideRenderer } from '../../../../src/reports/formats/wide.ts';
import { renderText } from '../../../support/render-text.ts';
import { aDocument, demo, hostile, plain } from '../documents.ts';

const expected = `SEVERITY   RESULT   NAMESPACE   RESOURCE                     POLICY                    CATEGORY       MODE      MESSAGE
HIGH       fail     legacy      deployments.apps/ftp         trusted-repos             -              protect   registry "docker.io" is not in the allow list (image docker.io/ftpd:latest)
HIGH       fail     payments    deployments.apps/api         no-privileged-pod         Pod security   protect   Privileged container is not allowed
HIGH       error    payments    deployments.apps/reconcile   verify-image-signatures   -              protect   policy-server "default" answered 500: Something went wrong
MEDIUM     fail     legacy      deployments.apps/ftp         user-group-psp            -              protect   runAsUser 0 is not allowed, expected 1000-65535
LOW        fail     -           namespaces/legacy            safe-labels               -              protect   mandatory label "owner" is missing
-          fail     shop        deployments.apps/web         unrated                   -              protect   no severity
INFO       fail     shop        deployments.apps/web         watched                   -              monitor   too many replicas
`;

describe('wide', () => {
  it('has one aligned line per finding, sorted', () => {
    expect(renderText(wideRenderer, aDocument(demo), plain)).toBe(expected);
    expect(renderText(wideRenderer, aDocument(demo.toReversed()), plain)).toBe(expected);
  });

  it('can do without headers', () => {
    const text = renderText(wideRenderer, aDocument(demo.slice(0, 1)), { ...plain, headers: false });
    expect(text).toBe(
      'LOW   fail   -   namespaces/legacy   safe-labels   -   protect   mandatory label "owner" is missing\n',
    );
  });

  it('says the same with colours', () => {
    const colored = renderText(wideRenderer, aDocument(demo), { ...plain, color: true });
    expect(colored).not.toBe(expected);
    expect(stripVTControlCharacters(colored)).toBe(expected);
  });

  it('is empty without findings', () => {
    expect(renderText(wideRenderer, aDocument([]), plain)).toBe('');
  });

  it('keeps a hostile finding in its line and columns', () => {
    expect(renderText(wideRenderer, aDocument(hostile), { ...plain, headers: false })).toBe(
      '-   fail   shop   deployments.apps/we b   evil-policy   a b   protect   first FAILED: 0 red gnp.exe : :error::x ]]> <b> |  end\n',
    );
  });
});
