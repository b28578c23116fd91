import { debugText } from '../../serde/debug-text.ts';

/** A builtin that failed; it ends the evaluation. The words are those of policy-server's own Rego engine. */
export class BuiltinError extends Error {
  constructor(builtin: string, message: string) {
    super(`Builtin error [${debugText(builtin)}]: ${debugText(message)}`);
    this.name = 'BuiltinError';
  }
}
