import { performance } from 'node:perf_hooks';
import { clearInterval, setInterval, setTimeout } from 'node:timers';
import type { ScanConfig } from '../config/index.ts';
import type { LoadMode } from '../domain/index.ts';
import {
  type LoadProfile,
  LoopWatch,
  type PolicyEvaluator,
  withLimit,
  withLoad,
} from '../evaluation/index.ts';

/** Found with the simulations and `npm run bench -- admission`; ADR 28 says what they mean. */
const profiles: Readonly<Record<Exclude<LoadMode, 'full'>, LoadProfile>> = {
  gentle: { tolerance: 1.05, headroom: 0.3, ceiling: 8 },
  normal: { tolerance: 1.4, headroom: 0.5, ceiling: Infinity },
};

/** Bounds what is in flight at policy servers, in the way that the user chose. */
export function limitLoad(
  attempts: PolicyEvaluator,
  { limits, policyServerUrl }: ScanConfig,
): PolicyEvaluator {
  const { load: mode, concurrency } = limits;
  if (mode === 'full') return withLimit(attempts, concurrency);
  const { ceiling, ...profile } = profiles[mode];
  const now = (): number => performance.now();
  const watch = new LoopWatch({
    now,
    every: (ms, callback) => {
      const timer = setInterval(callback, ms).unref();
      return () => {
        clearInterval(timer);
      };
    },
  });
  return withLoad(attempts, {
    mode,
    profile: { ...profile, ceiling: Math.min(ceiling, concurrency) },
    serverOf: ({ policyServer }) => policyServerUrl?.href ?? policyServer,
    now,
    after: (ms, callback) => {
      setTimeout(callback, ms).unref();
    },
    lateness: () => watch.lateness(),
    busyMs: () => performance.eventLoopUtilization().active,
    onClose: () => {
      watch.stop();
    },
  });
}
