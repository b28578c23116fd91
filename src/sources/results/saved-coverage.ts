import type { Coverage, ReportAge } from '../../domain/index.ts';
import { toCode, toDate, toOrigin } from './saved-values.ts';
import type { SavedRun } from './schema.ts';

type SavedCoverage = SavedRun['coverage'];

/** What a saved run has looked at, as the run itself had it. */
export function toCoverage({
  gaps,
  skipped,
  keptReports,
  input,
  storedReports,
  ...coverage
}: SavedCoverage): Coverage {
  return {
    ...coverage,
    ...(storedReports && { reportAge: toAge(storedReports) }),
    labelSelector: coverage.labelSelector ?? undefined,
    gaps: gaps.map((gap) => ({
      ...gap,
      resource: gap.resource ?? undefined,
      namespace: gap.namespace ?? undefined,
      code: toCode(gap.code),
      missing: gap.missing ?? undefined,
    })),
    skipped: skipped.map((skip) => ({
      ...skip,
      resource: skip.resource ?? undefined,
      namespaces: skip.namespaces ?? undefined,
    })),
    kept: keptReports.map(({ resource, count, oldestVerdict, newestVerdict }) => ({
      resource,
      count,
      oldest: toDate(oldestVerdict),
      newest: toDate(newestVerdict),
    })),
    input: input === null ? undefined : toInput(input),
  };
}

function toInput({ objects, leftOut, warnings }: NonNullable<SavedCoverage['input']>): Coverage['input'] {
  return {
    objects,
    leftOut,
    warnings: warnings.map(({ code, message, template, ...origin }) => ({
      code: toCode(code),
      message,
      origin: toOrigin({ ...origin, template: template ?? undefined }),
    })),
  };
}

function toAge({ readAt, ...times }: NonNullable<SavedCoverage['storedReports']>): ReportAge {
  return {
    readAt: new Date(readAt),
    confirmedAt: toDate(times.confirmedAt),
    lastCompleteAt: toDate(times.lastCompleteAt),
    oldestChange: toDate(times.oldestChange),
    newestChange: toDate(times.newestChange),
  };
}
