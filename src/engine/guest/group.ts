import {
  type AdmissionResponse,
  deadlineExceeded,
  failedResponse,
  type SettingsResponse,
  type StatusCause,
} from '../program/admission-response.ts';
import { evaluateExpression } from '../program/expression.ts';
import type { RunnableGroup } from '../program/program.ts';

/** Asks one member, by its index. */
export type AskMember = (index: number) => AdmissionResponse;

const mutationRefused = 'mutation is not allowed inside of policy group';

/** Joins the verdicts of the members. Those in `expired` were asked before, and took too long. */
export function evaluateGroup(
  group: RunnableGroup,
  expired: readonly number[],
  ask: AskMember,
): AdmissionResponse {
  const denials = new Map<string, string | undefined>();
  const doubts = new Map<string, string>();
  const accepts = (name: string): boolean => {
    const index = group.members.findIndex((member) => member.name === name);
    const mode = group.members[index]?.guest.mode ?? 'kubewarden-wapc';
    const response = expired.includes(index) ? failedResponse(deadlineExceeded(mode)) : ask(index);
    if (response.doubt !== undefined) doubts.set(name, response.doubt);
    const mutates = response.patch !== undefined;
    if (response.allowed && !mutates) return true;
    denials.set(name, mutates ? mutationRefused : response.status?.message);
    return false;
  };
  const allowed = evaluateExpression(group.expression, accepts);
  const details = denials.size === 0 ? {} : { causes: toCauses(denials) };
  const status = { message: group.message, details };
  return { allowed, ...(!allowed && { status }), ...toDoubt(doubts) };
}

function toDoubt(doubts: ReadonlyMap<string, string>): Pick<AdmissionResponse, 'doubt'> {
  const [first] = doubts;
  return first === undefined ? {} : { doubt: `its policy ${first[0]}: ${first[1]}` };
}

function toCauses(denials: ReadonlyMap<string, string | undefined>): readonly StatusCause[] {
  return [...denials]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, message]) => ({
      field: `spec.policies.${name}`,
      ...(message !== undefined && { message }),
    }));
}

/** The settings of a group are valid when those of all members are. */
export function validateGroupSettings(
  group: RunnableGroup,
  ask: (index: number) => SettingsResponse,
): SettingsResponse {
  const answers = group.members.map(({ name }, index) => ({ name, ...ask(index) }));
  const faults = answers.filter(({ valid }) => !valid);
  if (faults.length === 0) return { valid: true };
  return {
    valid: false,
    unloadable: faults.some(({ unloadable }) => unloadable === true),
    message: faults
      .map(({ name, message }) => `${group.name}/${name}: ${message ?? 'no message'}`)
      .join(', '),
  };
}
