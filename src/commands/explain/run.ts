import { composePolicyLook, gatherFacts } from '../../assembly/index.ts';
import { AuditError, errorCodes } from '../../domain/index.ts';
import { type Io, widthForPeople } from '../../host/index.ts';
import { exitCodes } from '../../verdict/index.ts';
import { choosePolicy } from './choose-policy.ts';
import { explainFacts } from './gather.ts';
import { toExplanationJson } from './json.ts';
import type { ExplainConfig } from './options.ts';
import { renderExplanation } from './render.ts';

/** `audit-scanner explain POLICY`. Resolves to the exit code; rejects with an AuditError where there is nothing to tell. */
export async function explainPolicy(config: ExplainConfig, io: Io, signal: AbortSignal): Promise<number> {
  const { scan, name, pull, output } = config;
  if (name === undefined) {
    throw new AuditError(errorCodes.invalidValue, 'no policy is named', {
      facts: ['Usage: audit-scanner explain POLICY [flags]'],
      tries: ['audit-scanner policies'],
    });
  }
  const look = await composePolicyLook(scan, { pull, io, signal });
  try {
    const facts = await gatherFacts(look.ports, look.request, signal);
    if (facts.policies instanceof AuditError) throw facts.policies;
    const policy = choosePolicy(name, facts.policies);
    const now = new Date(io.now());
    const explanation = await explainFacts(policy, facts, { config, look, now, signal });
    const text =
      output === 'json'
        ? toExplanationJson(explanation)
        : renderExplanation(explanation, { now, width: widthForPeople(io.stdout, io.env) });
    await io.stdout.write(text);
    return exitCodes.ok;
  } finally {
    await look.close();
  }
}
