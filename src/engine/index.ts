export {
  type Capabilities,
  type CapabilityPorts,
  type CapabilitySession,
  createCapabilities,
} from './capabilities/capabilities.ts';
export type { FindImageRegistry, ImageRegistry, ImageVerification } from './capabilities/image-registry.ts';
export { type Exchange, formatExchange, parseSession } from './capabilities/session.ts';
export { createEngine, type Engine, type EngineOptions, type Evaluated, type PolicyLog } from './engine.ts';
export { readMetadata } from './module/metadata.ts';
export type { AdmissionResponse } from './program/admission-response.ts';
export { EngineError, type EngineErrorKind } from './program/engine-error.ts';
export type { ModuleProgram, PolicyProgram } from './program/program.ts';
