export { signKeyless } from './sign-keyless.ts';
export { readSigningConfig } from './signing-config.ts';
export { findTokenSource } from './token-source.ts';
