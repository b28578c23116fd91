import type { HostFunctions, HostModules } from './imports.ts';

/**
 * What an instance asked its host for while it started: nothing that another would not be told as well; what depends on the moment, the
 * time and random numbers; or something that has an effect, or that nobody has thought about here.
 */
export type StartAsked = 'nothing' | 'moment' | 'effect';

/** Listens to what a guest asks its host for. */
export type StartWitness = {
  /** To be called for an instance that was told the time or random numbers when it started, each time that it is used. */
  readonly look: () => void;
  /** Forgets what was asked before. */
  readonly begin: () => void;
  readonly asked: () => StartAsked;
  /** The functions so that they are listened to. */
  readonly watch: (host: HostModules) => HostModules;
};

/** Of WASI: the answers are the same for all instances, and nothing comes of asking. */
const constant: ReadonlySet<string> = new Set([
  'proc_exit',
  'sched_yield',
  'args_sizes_get',
  'args_get',
  'environ_sizes_get',
  'environ_get',
  'clock_res_get',
  'fd_fdstat_get',
  'fd_fdstat_set_flags',
  'fd_prestat_get',
  'fd_prestat_dir_name',
  'fd_seek',
  'fd_close',
]);
const ofTheMoment: ReadonlySet<string> = new Set(['clock_time_get', 'poll_oneoff', 'random_get']);

/** `look` is called whenever the guest is told the time or a random number. */
export function createStartWitness(look: () => void): StartWitness {
  let asked: StartAsked = 'nothing';
  const note = (from: string, name: string): void => {
    if (from === 'wasi' && constant.has(name)) return;
    const isOfTheMoment = from === 'wasi' && ofTheMoment.has(name);
    if (isOfTheMoment) look();
    if (!isOfTheMoment) asked = 'effect';
    else if (asked === 'nothing') asked = 'moment';
  };
  const watchOne = (from: string, functions: HostFunctions): HostFunctions =>
    Object.fromEntries(
      Object.entries(functions).map(([name, run]) => [
        name,
        (...parameters: Parameters<typeof run>) => {
          note(from, name);
          return run(...parameters);
        },
      ]),
    );
  return {
    look,
    begin: () => {
      asked = 'nothing';
    },
    asked: () => asked,
    watch: (host) =>
      Object.fromEntries(Object.entries(host).map(([from, functions]) => [from, watchOne(from, functions)])),
  };
}
