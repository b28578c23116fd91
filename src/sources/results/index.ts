export { baselineOf, readBaseline } from './saved-baseline.ts';
export { readHistory } from './saved-history.ts';
export { readSavedBytes, readSavedResult, type SavedResult } from './saved-result.ts';
export { runFields, savedApiVersion } from './schema.ts';
export { StoredReading } from './stored-reading.ts';
export type { StoredRun } from './stored-run.ts';
export { readViolations } from './violations.ts';
