export {
  createSecretCredentials,
  createUserCredentials,
  type DockerConfig,
  parseDockerConfig,
} from './docker-config.ts';
export { toModuleUrl } from './image-reference.ts';
export type { Images } from './images.ts';
export { readTrustRoot, type VerifyKeyless } from './keyless.ts';
export type { LoadModule } from './loader.ts';
export { anonymous, type FindCredentials } from './login.ts';
export { type Modules, type ModulesOptions, type ModuleTerms, openModules } from './modules.ts';
export { noSourceSettings, readSourceSettings } from './source-settings.ts';
export { createModuleStore } from './store.ts';
export { parseVerificationConfig } from './verification-config.ts';
