export { parseAnnotation, parseExceptions } from './exceptions.ts';
