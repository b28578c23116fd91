export { pageScript, pageStyle } from './files.ts';
