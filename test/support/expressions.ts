import { addressExpressions } from './expressions/addresses.ts';
import { coreExpressions } from './expressions/core.ts';
import { formatExpressions } from './expressions/formats.ts';
import { loopExpressions } from './expressions/loops.ts';
import { quantityExpressions } from './expressions/quantities.ts';
import { textExpressions } from './expressions/texts.ts';
import { urlExpressions } from './expressions/urls.ts';
import { versionExpressions } from './expressions/versions.ts';

/** CEL as match conditions have it, each of which the API server accepts; of `objectOf` in the matching test. */
export const expressions: readonly string[] = [
  ...coreExpressions,
  ...quantityExpressions,
  ...addressExpressions,
  ...versionExpressions,
  ...urlExpressions,
  ...loopExpressions,
  ...textExpressions,
  ...formatExpressions,
];
