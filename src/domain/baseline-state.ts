/**
 * How a violation relates to an earlier result: `known` was there already, `changed` was there with
 * another message, `new` was not.
 */
export type BaselineState = 'new' | 'changed' | 'known';
