export { Comparer } from './comparer.ts';
