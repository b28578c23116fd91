import { runCli } from '../../support/cli.ts';
import type { Fault, FaultGroup } from '../fault.ts';
import type { FaultWorld } from '../world.ts';

const reusing = ['--reuse-results', '24h', '--pure-policies', '*'];
/** Nothing is asked again by chance, so that what is said of a run is the same each time. */
const unsampled = [...reusing, '--verify-sample', '0'];
const askingAgain = [...reusing, '--verify-sample', '100%'];
const dayMs = 24 * 60 * 60 * 1000;
const nothingReused = 'no stored result is reused in this run';

/** A scan that reuses results, soon after a complete run over the whole cluster that did; `spoil` is done in between. */
function soonAfter(
  fault: Pick<Fault, 'id' | 'title' | 'sees'> & Partial<Fault>,
  spoil?: (world: FaultWorld) => Promise<void>,
): Fault {
  return {
    exitCode: 0,
    complete: true,
    pods: 'current',
    configMaps: 'current',
    dropIn: false,
    flags: unsampled,
    arrange: async (world) => {
      await world.scanCluster(unsampled);
      await spoil?.(world);
    },
    repair: (world) => world.forgetRuns(),
    ...fault,
  };
}

/** They share the record of the last run in the cluster, so these come one after another. */
export const reuseFaults: FaultGroup = {
  title: 'Results that are reused',
  faults: [
    soonAfter({ id: 'reuse', title: 'no fault: nothing has changed', sees: '(7 reused, 0 asked again' }),
    soonAfter({ id: 'reuse-forgotten', title: 'the run record was deleted', sees: nothingReused }, (world) =>
      world.forgetRuns(),
    ),
    soonAfter(
      { id: 'reuse-foreign', title: 'somebody else wrote the run record', sees: nothingReused },
      (world) => world.replaceRunRecord({}),
    ),
    soonAfter(
      { id: 'reuse-newer', title: 'a newer version wrote the run record', sees: nothingReused },
      (world) => world.replaceRunRecord({ 'audit-scanner.io/record-version': '99' }),
    ),
    soonAfter(
      { id: 'reuse-future', title: 'the run record is dated tomorrow', sees: nothingReused },
      (world) => world.moveRunRecord(dayMs),
    ),
    soonAfter(
      {
        id: 'reuse-malformed-seal',
        title: 'one result has a malformed seal, and another an edited verdict',
        sees: '(5 reused, 0 asked again',
      },
      async (world) => {
        await world.editResult('web-3', { properties: { 'audit-scanner.io/holds-for': 'x' } });
        await world.editResult('conf-1', { result: 'fail' });
      },
    ),
    soonAfter(
      {
        id: 'reuse-overlap',
        title: 'two runs over the whole cluster at the same time',
        sees: '(0 reused, 7 asked again and confirmed',
      },
      async (world) => {
        let isFirst = true;
        world.breakAnswers(async (policy, request) => {
          if (isFirst) {
            isFirst = false;
            await world.scanCluster(unsampled);
          }
          return world.answer(policy, request, '');
        });
        await world.scanCluster(askingAgain);
        world.heal();
      },
    ),
    soonAfter(
      {
        id: 'reuse-drift',
        title: 'a policy changes its verdict about an unchanged object, and the sample finds it',
        sees: 'AS-4340',
        exitCode: 3,
        complete: false,
        pods: 'mixed',
        flags: askingAgain,
      },
      (world) => {
        world.breakAnswers((_policy, { name }) => (name === 'web-3' ? { allowed: false } : undefined));
        return Promise.resolve();
      },
    ),
    soonAfter({
      id: 'reuse-sigkill',
      title: 'SIGKILL in a run that evaluates everything again',
      sees: 'Scanning',
      exitCode: -1,
      complete: false,
      pods: 'mixed',
      configMaps: 'mixed',
      document: false,
      run: (world) => {
        world.breakAnswers(() => ({ fault: 'silence' }));
        return runCli([...world.scanArguments, ...askingAgain], {
          meanwhile: async (cli) => {
            await cli.said('Scanning');
            cli.kill('SIGKILL');
          },
        });
      },
    }),
  ],
};
