export { type Facts, gatherFacts, planFromFacts } from './cluster-facts.ts';
export { createLiveEngine } from './compose-engine.ts';
export { composeFileAudit } from './compose-files.ts';
export { composeInspection, type Inspection } from './compose-inspection.ts';
export { type ComposedAudit, composeLiveAudit, readTlsSettings } from './compose-live.ts';
export { composePreflight, type Preflight } from './compose-preflight.ts';
export { connect, createClient } from './connect.ts';
export { withExceptions } from './exceptions-file.ts';
