export { parseExceptions } from './exceptions.ts';
