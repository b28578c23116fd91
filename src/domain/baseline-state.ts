/**
 * What a violation is to somebody who has accepted the debt of an earlier result: `known` was there already, `changed` was there with
 * another message, `new` was not.
 */
export type BaselineState = 'new' | 'changed' | 'known';
