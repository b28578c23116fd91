/** A builtin that failed; it ends the evaluation. The words are those of policy-server's own Rego engine. */
export class BuiltinError extends Error {
  constructor(builtin: string, message: string) {
    super(`Builtin error [${JSON.stringify(builtin)}]: ${JSON.stringify(message)}`);
    this.name = 'BuiltinError';
  }
}
