import { AuditError, errorCodes, maxShards, type Shard } from '../domain/index.ts';
import type { Checked } from './config.ts';
import type { Environment } from './given.ts';
import { type OptionGroup, text } from './option.ts';
import { Invalid, optional, type Parse } from './values.ts';

/** What an Indexed Job tells each of its Pods. */
const indexVariable = 'JOB_COMPLETION_INDEX';

const parseUid: Parse<string> = (given) =>
  /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/i.test(given)
    ? given
    : new Invalid('It must be a UID like 3f0e2a54-6f0e-4a3c-9d0e-1b6a7c1f9a10.');

export const shardGroup = {
  title: 'Shards',
  options: [
    text(
      'shard INDEX/COUNT',
      'do only this part of the work (the first is 0/COUNT), while other processes do the rest',
    ),
    text('shards COUNT', `the same, with the index from ${indexVariable} of an Indexed Job`),
    text(
      'job-uid UID',
      'identifies the run that the shards belong to; without it, a sharded run leaves no record',
      {
        parse: optional(parseUid),
      },
    ),
  ],
} as const satisfies OptionGroup;

/** What was given for those options. */
export type GivenShard = { readonly shard: string | undefined; readonly shards: string | undefined };

/** Which shard this is. Undefined where one process does everything, which is shard 0 of 1. */
export function chooseShard(
  { shard, shards }: GivenShard,
  environment: Environment,
  { usesJob }: { readonly usesJob: boolean },
): Checked<Shard | undefined> {
  if (shard !== undefined) return parseShard(shard, 'the shard');
  const index = environment[indexVariable] ?? '';
  if (shards === undefined && (index === '' || !usesJob)) return { ok: true, value: undefined };
  if (shards === undefined) return refuse(halfGiven(`${indexVariable} is ${index}`, 'of how many'));
  if (index === '') return refuse(halfGiven(`there are ${shards} shards`, 'which of them this one is'));
  return parseShard(`${index}/${shards}`, 'the shard of this Pod');
}

function parseShard(given: string, what: string): Checked<Shard | undefined> {
  const [, index, count] = /^(\d{1,9})\/(\d{1,9})$/.exec(given)?.map(Number) ?? [];
  if (index === undefined || count === undefined)
    return refuse(invalid(`${what} "${given}" is not INDEX/COUNT, like 0/4`));
  if (count < 1 || count > maxShards)
    return refuse(invalid(`${what} ${given}, and there can be 1 to ${maxShards} shards`));
  if (index >= count)
    return refuse(invalid(`${what} ${given} does not exist: of ${count} the last one is ${count - 1}`));
  return { ok: true, value: count === 1 ? undefined : { index, count } };
}

function refuse(problem: AuditError): Checked<never> {
  return { ok: false, problems: [problem] };
}

function invalid(message: string): AuditError {
  return new AuditError(errorCodes.shardInvalid, message, { facts: ['Indexes count from 0.'] });
}

function halfGiven(known: string, unknown: string): AuditError {
  return new AuditError(errorCodes.shardHalfGiven, `${known}, and nothing says ${unknown}`, {
    facts: ['Without both, every Pod of the Job would audit everything.'],
    tries: [
      `set AUDIT_SCANNER_SHARDS to the completions of the Job, which has completionMode: Indexed`,
      'audit-scanner scan --shard 0/1',
    ],
  });
}
