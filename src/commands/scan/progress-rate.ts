type Sample = { readonly at: number; readonly done: number };

const sampleIntervalMs = 1000;
const mostSamples = 11;
const fewestSamples = 6;
/** By how much the last half of the samples may be slower or faster than all of them. */
const steadiness = 0.25;

/** How fast objects are done, of late. */
export class SteadyRate {
  #samples: readonly Sample[] = [];

  /** Takes note of how many are done at a time in milliseconds; more often than once a second it is not looked at. */
  note(sample: Sample): void {
    const last = this.#samples.at(-1);
    if (last !== undefined && sample.at - last.at < sampleIntervalMs) return;
    this.#samples = [...this.#samples, sample].slice(-mostSamples);
  }

  /** How long so many more take, in milliseconds. Undefined before the rate is steady: what it says until then is a guess. */
  timeFor(objects: number): number | undefined {
    const { length } = this.#samples;
    if (length < fewestSamples) return undefined;
    const whole = rateOf(this.#samples);
    const recent = rateOf(this.#samples.slice(Math.floor(length / 2)));
    if (whole === 0 || Math.abs(recent - whole) > steadiness * whole) return undefined;
    return objects / whole;
  }
}

/** Objects per millisecond. */
function rateOf(samples: readonly Sample[]): number {
  const [first, last] = [samples[0], samples.at(-1)];
  if (first === undefined || last === undefined || last.at === first.at) return 0;
  return (last.done - first.done) / (last.at - first.at);
}
