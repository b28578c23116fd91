import { setTimeout as delay } from 'node:timers/promises';
import type { AnswerFunction, PolicyServer } from '../../support/policy-server.ts';
import { denies, type Moment, type RandomPolicy } from './cluster.ts';
import type { AnswerFault, Schedule } from './schedule.ts';

/** How long the policy server is away if it comes back, and how long an audit waits for it before SIGTERM ends that if not. */
const awayMs = 400;

type Reply = Awaited<ReturnType<AnswerFunction>>;

export type AnswerOptions = {
  readonly server: PolicyServer;
  readonly policies: readonly RandomPolicy[];
  readonly moment: Moment;
  readonly schedule: Pick<Schedule, 'answers' | 'refuses'>;
  readonly onQuestion: (number: number) => 'answer' | 'silence';
  /** The server refuses connections and does not come back. */
  readonly onGone: () => void;
};

/** The answers of the policies during one audit, with the faults of a schedule. */
export class Answers {
  readonly fired: string[] = [];
  readonly #options: AnswerOptions;
  readonly #asked = new Set<string>();
  readonly #answered = new Set<string>();
  #questions = 0;
  #away: Promise<void> = Promise.resolve();

  constructor(options: AnswerOptions) {
    this.#options = options;
    options.server.answer = (policyId, request, body) => {
      const key = `${/p\d$/.exec(policyId)?.[0] ?? ''} ${request.namespace ?? ''}/${request.name ?? ''}`;
      this.#asked.add(`${key} ${request.kind.kind}`);
      const number = this.#questions;
      this.#questions += 1;
      if (options.onQuestion(number) === 'silence') return { fault: 'silence' };
      if (number === options.schedule.refuses?.after) return this.#leave(options.schedule.refuses.comesBack);
      const fault = options.schedule.answers.find(
        ({ after, times }) => number >= after && number < after + times,
      );
      if (fault !== undefined) {
        this.fired.push(`${fault.failure} for ${key}`);
        return fail(fault, body);
      }
      this.#answered.add(`${key} ${request.kind.kind}`);
      return this.#judge(policyId, request.name ?? '');
    };
  }

  /** Questions that never got an answer: they were not asked again, or not often enough. */
  unanswered(): readonly string[] {
    return [...this.#asked].filter((question) => !this.#answered.has(question));
  }

  /** Resolves when the server is back, wherever it was. */
  async end(): Promise<void> {
    await this.#away;
    await this.#options.server.stop();
    await this.#options.server.start();
  }

  #judge(policyId: string, name: string): Reply {
    const { policies, moment } = this.#options;
    const policy = policies[Number(/\d$/.exec(policyId)?.[0])];
    if (policy === undefined) return undefined;
    return denies(policy, name, moment) ? { allowed: false, message: 'not like this' } : { allowed: true };
  }

  #leave(comesBack: boolean): Reply {
    const { server, onGone } = this.#options;
    this.fired.push('the policy server went');
    this.#away = server.stop().then(async () => {
      await delay(awayMs);
      if (comesBack) await server.start();
      else onGone();
    });
    return { fault: 'close' };
  }
}

function fail({ failure }: AnswerFault, body: string): Reply {
  switch (failure) {
    case 'drop':
      return { fault: 'reset' };
    case 'cut':
      return { fault: 'reset-mid-answer' };
    // As something between might send it: what it was asked, and not even all of that.
    case 'garbage':
      return { status: 200, headers: jsonHeaders, body: body.slice(0, body.length / 2) };
    case 'wrong-uid':
      return { status: 200, headers: jsonHeaders, body: '{"response":{"uid":"another","allowed":true}}' };
    case 500:
    case 503:
      return { status: failure, headers: jsonHeaders, body: '{"message":"it went wrong"}' };
  }
}

const jsonHeaders = { 'content-type': 'application/json' };
