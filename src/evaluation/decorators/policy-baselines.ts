/** How long one evaluation of a policy took, in milliseconds. */
export type Latency = { readonly policy: string; readonly ms: number };

type Baseline = { log: number; samples: number };

/** A baseline follows its policy, but slowly: what changes within a second is the load of the server. */
const slowestLearning = 0.05;

/**
 * What each policy of a server takes by itself, so that a slow policy is not taken for a loaded server. Baselines are relative to
 * each other; how loaded the server is shows in how much longer than their baselines all policies take at once. Everything is in
 * logarithms: twice as long and half as long cancel out, and one answer that took a hundred times as long is no more than one.
 */
export class PolicyBaselines {
  readonly #baselines = new Map<string, Baseline>();

  knows(policy: string): boolean {
    return this.#baselines.has(policy);
  }

  /**
   * The logarithm of how much longer than their baselines these took, and `otherwise` where no policy among them was ever seen
   * before. What the load does not explain is then learned as the policy's own.
   */
  compare(round: readonly Latency[], otherwise: number): number {
    const ratios = round.flatMap(({ policy, ms }) => {
      const baseline = this.#baselines.get(policy);
      return baseline === undefined ? [] : [Math.log(ms) - baseline.log];
    });
    const load = ratios.length === 0 ? otherwise : meanOf(ratios);
    // All at once: what is left over adds up to nothing then, and the baselines do not wander off together.
    for (const [policy, answers] of Map.groupBy(round, (answer) => answer.policy))
      this.#learn(
        policy,
        answers.map(({ ms }) => Math.log(ms) - load),
      );
    return load;
  }

  #learn(policy: string, logs: readonly number[]): void {
    const baseline = this.#baselines.get(policy) ?? { log: 0, samples: 0 };
    this.#baselines.set(policy, baseline);
    baseline.samples += logs.length;
    baseline.log += (meanOf(logs) - baseline.log) * Math.max(logs.length / baseline.samples, slowestLearning);
  }
}

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
