export { findCode, manual, renderManual, renderManualIndex, suggestCode } from './manual.ts';
