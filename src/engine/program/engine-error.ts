/** Why a policy gives no answer. */
export type EngineErrorKind =
  | 'not-runnable'
  | 'settings-invalid'
  /** What a Rego policy was granted to read. */
  | 'data-missing'
  | 'request-unreadable'
  /** It used up its time too often to be asked again. */
  | 'too-slow'
  /** The thread ended in which it ran. */
  | 'stopped'
  /** A fault of the engine, or of its caller. */
  | 'internal';

export type EngineErrorOptions = {
  /** What the policy said itself, for the end of the message. Nobody has looked what is in it. */
  readonly said?: string | undefined;
  /** What proves it, one line each. */
  readonly facts?: readonly string[];
  readonly cause?: unknown;
};

/** The one error of the engine. The message is one line: `what`, and what the policy said, if anything. */
export class EngineError extends Error {
  readonly kind: EngineErrorKind;
  readonly what: string;
  readonly said: string;
  readonly facts: readonly string[];

  constructor(
    kind: EngineErrorKind,
    what: string,
    { said = '', facts = [], cause }: EngineErrorOptions = {},
  ) {
    super(`${what}${said}`, cause === undefined ? undefined : { cause });
    this.name = 'EngineError';
    this.kind = kind;
    this.what = what;
    this.said = said;
    this.facts = facts;
  }
}
