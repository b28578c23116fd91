import { type Check, skipped } from './check.ts';
import { checkEach, notAsked, type PolicyAnswers } from './policy-checks.ts';

/** What became of the policies of one PolicyServer, or of files, in the engine of the scanner. */
export type EngineFacts = {
  /** `"default"` or `files`. */
  readonly name: string;
  readonly started: PolicyAnswers;
  /** Undefined where nobody asked for it. */
  readonly answered: PolicyAnswers | undefined;
};

/** That the modules can be loaded and started on the terms of the PolicyServer, and what they say. */
export function checkEngine({ name, started, answered }: EngineFacts): readonly Check[] {
  const title = `policies of ${name}`;
  return [
    checkEach(`modules of ${name}`, started, { verb: 'start' }),
    answered === undefined ? notAsked(title) : checkAnswers(title, answered),
  ];
}

function checkAnswers(title: string, answered: PolicyAnswers): Check {
  const isNobody = answered.known + answered.failed.length === 0;
  return isNobody ? skipped(title) : checkEach(title, answered, { verb: 'answer' });
}
