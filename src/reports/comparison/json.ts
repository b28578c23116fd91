import type { Change, ChangeCounts, ComparedPolicy, NotCompared, PolicyResult } from '../../domain/index.ts';
import { compareText } from '../../domain/index.ts';
import { toPlainJson } from '../../text/index.ts';
import { resultApiVersion, toPolicy, toResource, toRunFields } from '../audit-result.ts';
import { toException } from '../exception-fields.ts';
import type { RenderContext } from '../renderer.ts';
import type { ComparisonDocument } from './document.ts';
import { groupByOwner } from './groups.ts';

/** For programs: the whole comparison as one document. */
export function renderComparisonJson(document: ComparisonDocument, context: RenderContext): string {
  const { comparison } = document;
  const { counts, changes, policies, notCompared, namespaces } = comparison;
  const byName = [...namespaces].sort(([a = ''], [b = '']) => compareText(a, b));
  const result = {
    apiVersion: resultApiVersion,
    kind: 'PolicyComparison',
    ...toRunFields({ ...document, reports: [] }, context),
    comparison: {
      counts: toCounts(counts),
      policies: policies.map(toComparedPolicy),
      namespaces: byName.map(([namespace, one]) => ({ namespace: namespace ?? null, ...toCounts(one) })),
      notCompared: notCompared.map(toNotCompared),
      changes: groupByOwner(changes).flatMap((group) => group.changes.map(toChange)),
    },
  };
  return `${toPlainJson(result, 2)}\n`;
}

function toCounts(counts: ChangeCounts): object {
  const { newlyFailing, newlyPassing, stillFailing, stillPassing, notCompared } = counts;
  return { newlyFailing, newlyPassing, stillFailing, stillPassing, notCompared };
}

function toComparedPolicy(compared: ComparedPolicy): object {
  const { proposed, installed, counts, differences, newlyAsked, noLongerAsked } = compared;
  return {
    ...toPolicy(proposed),
    installed: toInstalled(installed),
    differences,
    ...toCounts(counts),
    newlyAsked,
    noLongerAsked,
  };
}

function toInstalled(installed: ComparedPolicy['installed']): object | null {
  if (installed === undefined) return null;
  if (installed instanceof Error) return { problem: { code: installed.code, message: installed.message } };
  const { uid, generation, mode, status } = installed;
  return { uid, generation, mode, status };
}

function toNotCompared({ policy, side, code, reason, count }: NotCompared): object {
  return { policy: toPolicy(policy), side, code: code ?? null, reason, count };
}

function toChange({ kind, policy, report, installed, proposed, why }: Change): object {
  return {
    change: kind,
    why: why ?? null,
    policy: toPolicy(policy),
    ...toResource(report),
    installed: toSide(installed),
    proposed: toSide(proposed),
  };
}

/** Null where that policy is not asked. */
function toSide(result: PolicyResult | undefined): object | null {
  if (result === undefined) return null;
  const { policy, message, exception } = result;
  return {
    result: result.result,
    mode: policy.mode,
    severity: policy.severity ?? 'unset',
    message: message ?? '',
    accepted: exception !== undefined,
    ...(exception && { exception: toException(exception) }),
  };
}
