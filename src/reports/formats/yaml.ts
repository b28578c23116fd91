import { type Document, dump, SCALAR_STYLE, visit } from 'js-yaml';
import { escapeInQuotes } from '../../text/index.ts';
import type { ReportRenderer } from '../renderer.ts';
import { jsonRenderer } from './json.ts';

/** For programs, and for people who read YAML: the document of `json`. */
export const yamlRenderer: ReportRenderer = {
  render(document, context) {
    const value: unknown = JSON.parse(jsonRenderer.render(document, context));
    // No anchors, which not every reader follows, and no folded lines.
    return escapeInQuotes(dump(value, { noRefs: true, lineWidth: -1, transform: quoteUnusual }));
  },
};

/** Only quotes can hold an escape, and keep text on one line. */
function quoteUnusual(documents: Document[]): void {
  visit(documents, (node) => {
    if (node.kind === 'scalar' && /[^ -~]|##/.test(node.value)) node.style = SCALAR_STYLE.DOUBLE_QUOTED;
  });
}
