export { type AnswerRequest, toAnswerRequest, toHostCapabilities } from './capabilities/answers.ts';
export { createCryptoAnswers } from './capabilities/crypto.ts';
export type { HostCapabilities } from './capabilities/host-capabilities.ts';
export type { FindImageRegistry, ImageRegistry, ImageVerification } from './capabilities/image-registry.ts';
export { createInventoryReader, readInventoryOf } from './capabilities/inventory.ts';
export { createKubernetesAnswers } from './capabilities/kubernetes.ts';
export { createNetAnswers } from './capabilities/net.ts';
export { createOciAnswers } from './capabilities/oci.ts';
export { readInventoryFrom, recordAnswers, replayAnswers } from './capabilities/recorded-answers.ts';
export { type Exchange, formatExchange, parseSession } from './capabilities/session.ts';
export { createSnapshot, type Snapshot } from './capabilities/snapshot.ts';
export { toGuestRequest } from './guest/guest-request.ts';
export { type LoadOptions, loadProgram, type ReadInventory } from './loading.ts';
export { createCompiler } from './module/compiler.ts';
export {
  type AdmissionResponse,
  deadlineExceeded,
  type ExecutionMode,
  failedResponse,
  type SettingsResponse,
} from './program/admission-response.ts';
export type { ModuleProgram, PolicyProgram } from './program/program.ts';
export { maxTimeouts, Pool, type PoolResult } from './threads/pool.ts';
