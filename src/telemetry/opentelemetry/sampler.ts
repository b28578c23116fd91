import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  ParentBasedSampler,
  type Sampler,
  TraceIdRatioBasedSampler,
} from '@opentelemetry/sdk-trace';

/** The sampler that OTEL_TRACES_SAMPLER and OTEL_TRACES_SAMPLER_ARG name; by default everything, unless the parent is not sampled. */
export function readSampler(env: Readonly<Record<string, string | undefined>>): Sampler {
  const name = (env['OTEL_TRACES_SAMPLER'] ?? '').trim();
  const ratio = Number(env['OTEL_TRACES_SAMPLER_ARG'] ?? '1');
  const root = rootOf(name.replace(/^parentbased_/, ''), ratio);
  return name === '' || name.startsWith('parentbased_') ? new ParentBasedSampler({ root }) : root;
}

function rootOf(name: string, ratio: number): Sampler {
  if (name === 'always_off') return new AlwaysOffSampler();
  return name === 'traceidratio' ? new TraceIdRatioBasedSampler(ratio) : new AlwaysOnSampler();
}
