import { createDownloader, type DownloaderOptions } from './download.ts';
import { createImages, type Images } from './images.ts';
import type { VerifyKeyless } from './keyless.ts';
import { createModuleLoader, type LoadModule } from './loader.ts';
import type { FindCredentials } from './login.ts';
import type { SourceSettings } from './source-settings.ts';
import type { ModuleStore } from './store.ts';
import type { VerificationConfig } from './verification-config.ts';

/** The settings under which modules are fetched. */
export type ModuleTerms = {
  readonly sources: SourceSettings;
  readonly findCredentials: FindCredentials;
  readonly verification: VerificationConfig | undefined;
  readonly verifyKeyless?: VerifyKeyless | undefined;
};

export type ModulesOptions = {
  /** Nothing may be downloaded. */
  readonly offline: boolean;
  readonly findProxy: DownloaderOptions['findProxy'];
  readonly store: ModuleStore | undefined;
};

/** Modules and images, fetched under the same settings. */
export type Modules = {
  readonly load: LoadModule;
  /** Undefined where registries may not be asked. */
  readonly images: Images | undefined;
  readonly close: () => Promise<void>;
};

export function openModules(terms: ModuleTerms, { offline, findProxy, store }: ModulesOptions): Modules {
  const downloader = offline ? undefined : createDownloader({ findProxy, sources: terms.sources });
  const { findCredentials } = terms;
  return {
    load: createModuleLoader({ ...terms, downloader, store }),
    images: downloader === undefined ? undefined : createImages({ downloader, findCredentials }),
    close: async () => downloader?.close(),
  };
}
