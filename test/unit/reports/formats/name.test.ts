import { expect, it } from 'vitest';
import { nameRenderer } from '../../../../src/reports/formats/name.ts';
import { aDocument, demo, hostile, plain } from '../documents.ts';

it('names each object once, the worst first', () => {
  expect(nameRenderer.render(aDocument(demo), plain)).toBe(
    `legacy/deployments.apps/ftp
payments/deployments.apps/api
payments/deployments.apps/reconcile
namespaces/legacy
shop/deployments.apps/web
`,
  );
});

it('is empty without findings', () => {
  expect(nameRenderer.render(aDocument([]), plain)).toBe('');
});

it('gives a hostile name one line', () => {
  expect(nameRenderer.render(aDocument(hostile), plain)).toBe('shop/deployments.apps/we b\n');
});
