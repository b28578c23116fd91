export { type Answer, compile, type Expression } from './expression.ts';
export type { UnknownPath } from './syntax.ts';
