export { readBaseline } from './saved-baseline.ts';
export { readSavedResult, type SavedResult } from './saved-result.ts';
