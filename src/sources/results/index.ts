export { readBaseline } from './saved-baseline.ts';
export { readHistory } from './saved-history.ts';
export { readSavedResult, type SavedResult } from './saved-result.ts';
