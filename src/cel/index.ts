export { type Answer, compileExpression, type Expression } from './expression.ts';
export type { Unknown } from './trace.ts';
export { lazyVariables, type Variables } from './variables.ts';
