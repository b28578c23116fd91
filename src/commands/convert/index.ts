export { convert } from './command.ts';
export { loadShowResult } from './load-show-result.ts';
