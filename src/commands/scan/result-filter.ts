import type { DisplayFilter } from '../../config/index.ts';
import {
  type PolicyResult,
  type ResourceReport,
  type ResultStatus,
  severities,
  severityOf,
} from '../../domain/index.ts';
import { formatsForPeople, type OutputFormat } from '../../reports/index.ts';

/** Which results a document is made of. */
export type ResultFilter = DisplayFilter;

/** What --severity and --show leave in a format: they cut what people read, and add passes to what programs read. */
export function resultsIn(format: OutputFormat, display: DisplayFilter): ResultFilter {
  if (formatsForPeople.has(format)) return display;
  const results: readonly ResultStatus[] = ['fail', 'error'];
  return {
    severities: [...severities, 'unset'],
    results: display.results.includes('pass') ? [...results, 'pass'] : results,
  };
}

/** Whether any of the documents needs a result. */
export function keepAny(filters: readonly ResultFilter[]): (result: PolicyResult) => boolean {
  return (result) => filters.some((filter) => isIn(filter, result));
}

/** The report with the results that a document is made of; undefined where there are none. */
export function selectResults(report: ResourceReport, filter: ResultFilter): ResourceReport | undefined {
  const results = report.results.filter((result) => isIn(filter, result));
  if (results.length === 0) return undefined;
  // Unchanged results are not copied: there may be a hundred thousand of them.
  return results.length === report.results.length ? report : { ...report, results };
}

function isIn({ severities: wanted, results }: ResultFilter, result: PolicyResult): boolean {
  return results.includes(result.result) && wanted.includes(severityOf(result));
}
