import { type Document, dump, SCALAR_STYLE, visit } from 'js-yaml';
import { escapeInQuotes, toPlainJson } from '../../text/index.ts';
import type { PieceRenderer } from '../renderer.ts';
import { listResults, toHead } from './json.ts';

/** For programs, and for people who read YAML: the document of `json`. */
export const yamlRenderer: PieceRenderer = {
  *renderPieces(document, context) {
    yield toYaml(toHead(document, context));
    let before = 'results:';
    for (const result of listResults(document)) {
      // The writer looks at every element of a list as a whole, so lists of one are as the long one is.
      yield `${before}\n  ${toYaml([result]).trimEnd().replaceAll('\n', '\n  ')}`;
      before = '';
    }
    yield before === '' ? '\n' : `${before} []\n`;
  },
};

/** As `json` has it, without what JSON cannot hold. */
function toYaml(value: object): string {
  const plain: unknown = JSON.parse(toPlainJson(value));
  // No anchors, which not every reader follows, and no folded lines.
  return escapeInQuotes(dump(plain, { noRefs: true, lineWidth: -1, transform: quoteUnusual }));
}

/** Only quotes can hold an escape, and keep text on one line. */
function quoteUnusual(documents: Document[]): void {
  visit(documents, (node) => {
    if (node.kind === 'scalar' && /[^ -~]|##/.test(node.value)) node.style = SCALAR_STYLE.DOUBLE_QUOTED;
  });
}
