import type { AuditRunner, Checked, ScanConfig, Surroundings } from '../../config/index.ts';
import type { Refused } from './refusal.ts';

/** What is known of a command line that asks for an audit. */
export type AskedAudit = Omit<Refused, 'problems'>;

/** Runs the audit that was asked for, or tells why it is not even tried. Resolves to the exit code. */
export async function startAudit(
  given: Checked<ScanConfig>,
  asked: AskedAudit,
  { io, runAudit = loadRunner }: Surroundings,
): Promise<number> {
  const checked = given.ok ? await withExceptions(given.value) : given;
  if (checked.ok) return runAudit(checked.value, io);
  const { refuse } = await import('./refusal.ts');
  return refuse({ ...asked, problems: checked.problems }, io);
}

async function withExceptions(config: ScanConfig): Promise<Checked<ScanConfig>> {
  if (config.exceptionsFile === undefined) return { ok: true, value: config };
  return (await import('../../assembly/index.ts')).withExceptions(config);
}

/*
 * Everything that a scan needs is loaded when one is started, because connecting and evaluating take longer to load than the help
 * takes to print.
 */
const loadRunner: AuditRunner = async (config, io) => {
  const { limitHeap } = await import('../../host/index.ts');
  limitHeap({ streaming: config.files === undefined, besidePolicies: config.engine === 'embedded' });
  const { runScan } = await import('./run.ts');
  return runScan(config, io);
};
