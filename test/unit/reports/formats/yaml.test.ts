import { load } from 'js-yaml';
import { expect, it } from 'vitest';
import { jsonRenderer } from '../../../../src/reports/formats/json.ts';
import { yamlRenderer } from '../../../../src/reports/formats/yaml.ts';
import { renderText } from '../../../support/render-text.ts';
import { aDocument, clusterContext, incomplete, ofEverySeverity } from '../findings.ts';

it('is the document of json', () => {
  const document = aDocument(ofEverySeverity(), incomplete);
  expect(load(renderText(yamlRenderer, document, clusterContext))).toEqual(
    JSON.parse(renderText(jsonRenderer, document, clusterContext)),
  );
});
