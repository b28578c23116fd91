import {
  type AuditError,
  type AuditScope,
  type LoadMode,
  type PatternFilter,
  type PolicyException,
  type ResultStatus,
  type Severity,
  type Shard,
} from '../domain/index.ts';
import type { ColorChoice, LogLevel } from '../host/index.ts';
import type { FindingsView, OutputFormat, ReportKind } from '../reports/index.ts';
import type { FrontDoor, GateConfig } from '../verdict/index.ts';

/** One requested document; without a file it goes to stdout. */
export type OutputSpec = { readonly format: OutputFormat; readonly file: string | undefined };

/** Which findings are shown. It never changes the verdict. */
export type DisplayFilter = {
  readonly severities: readonly (Severity | 'unset')[];
  readonly results: readonly ResultStatus[];
};

export type DisplayConfig = {
  readonly filter: DisplayFilter;
  readonly summary: boolean;
  /** How findings are laid out for people; undefined if no output is for people. */
  readonly view?: Pick<FindingsView, 'rollUp' | 'groupBy'> | undefined;
  readonly headers: boolean;
  readonly quiet: boolean;
  /** Names every policy, resource type and incident instead of the first few. */
  readonly verbose: boolean;
  readonly color: ColorChoice;
  readonly progress: 'auto' | 'plain' | 'none';
};

export type LimitsConfig = {
  /** Evaluations in flight in the whole run. */
  readonly concurrency: number;
  /** How much of that policy servers may get. */
  readonly load: LoadMode;
  /** Level bounds; Infinity where the user did not ask for one. */
  readonly parallelNamespaces: number;
  readonly parallelResources: number;
  readonly parallelPolicies: number;
  /** Objects per page of a LIST; 0 asks for everything at once. */
  readonly pageSize: number;
  /** Of one request to the Kubernetes API; undefined for none. */
  readonly requestTimeoutMs: number | undefined;
  /** Of the whole run; undefined for none. */
  readonly timeoutMs: number | undefined;
};

/** Paths of PEM files, not yet read. `clientCert` and `clientKey` are set together. */
export type TlsConfig = {
  readonly extraCa: string | undefined;
  readonly clientCert: string | undefined;
  readonly clientKey: string | undefined;
  readonly insecure: boolean;
};

/** Which policies take part: of files, those that are installed in the cluster, or both. */
export type PolicySourcesConfig = {
  /** Where both have a policy, that of a file replaces the installed one. */
  readonly installed: boolean;
  /** Undefined where all of them are installed. */
  readonly files: PolicyFilesConfig | undefined;
};

export type PolicyFilesConfig = {
  /** Files, folders and patterns; at least one. */
  readonly paths: readonly string[];
  /** For namespaced policies that name no namespace. */
  readonly defaultNamespace: string;
  readonly modules: ModulesConfig;
};

/** What a scan of files reads. */
export type FilesConfig = {
  /** Files, folders, patterns, and `-` for stdin; at least one. */
  readonly paths: readonly string[];
  /** Those of them that are kustomizations, of which nothing else is read. */
  readonly kustomizations: readonly string[];
  /** What else is in the cluster that the files are meant for. */
  readonly facts: { readonly paths: readonly string[]; readonly cluster: boolean };
  /** For objects that name none, and the one that charts are rendered for. */
  readonly defaultNamespace: string;
  /** Patterns in the syntax of `.gitignore`. */
  readonly exclude: readonly string[];
  /** Whether it is fine that there is nothing to scan. */
  readonly allowEmpty: boolean;
  readonly chart: ChartConfig;
  /** Whether the definitions in the `crds/` of charts are audited. */
  readonly includeCrds: boolean;
  /** Whether kustomizations may have helm render charts. */
  readonly enableHelm: boolean;
};

/** What the user says about charts, as helm takes it. */
export type ChartConfig = {
  readonly values: readonly string[];
  readonly set: readonly string[];
  readonly releaseName: string | undefined;
};

/** On what terms modules are fetched that no PolicyServer has terms for: paths of files, not yet read. */
export type ModulesConfig = {
  /** Nothing may be downloaded. */
  readonly offline: boolean;
  /** A `sources.yml`. */
  readonly sources: string | undefined;
  readonly verificationConfig: string | undefined;
  /** A Docker `config.json`, or the folder that it is in; undefined for where Docker has it. */
  readonly dockerConfig: string | undefined;
};

/** What the engine of this process keeps of its policies' host calls, or gives back to them; one of the two at most. */
export type HostCallsConfig = {
  /** Paths of files. */
  readonly record: string | undefined;
  readonly replay: string | undefined;
};

/** When stored results replace evaluations. */
export type ReuseConfig = {
  /** Those that are reused are younger. */
  readonly ageMs: number;
  /** Names of policies that look at nothing but the request; with a `!` in front, of those that look at more. */
  readonly purePolicies: readonly string[];
  /** The share of reusable results that is evaluated anyway, and its seed; undefined for a random one. */
  readonly sample: { readonly share: number; readonly seed: number | undefined };
};

/** Where a run is reported besides its outputs. */
export type TelemetryConfig = {
  /** A file for the textfile collector. */
  readonly metricsFile: string | undefined;
  readonly pushgateway: PushgatewayConfig | undefined;
  /** Whether Events are written on the Job that the run belongs to. */
  readonly events: boolean;
};

/** Where metrics are pushed to. The files are not yet read; one of the two at most. */
export type PushgatewayConfig = {
  readonly url: URL;
  readonly job: string;
  readonly instance: string | undefined;
  readonly basicAuthFile: string | undefined;
  readonly bearerTokenFile: string | undefined;
};

/** Everything that the user decided about a run, checked and complete. Frozen. */
export type ScanConfig = {
  readonly frontDoor: FrontDoor;
  /** Undefined for a scan of a live cluster. */
  readonly files?: FilesConfig | undefined;
  readonly policySources: PolicySourcesConfig;
  /** Whether policies of files are compared with the installed ones of their names, and nobody else is asked. */
  readonly compare?: true | undefined;
  /** Undefined where policy servers are asked. */
  readonly engine?: 'embedded' | undefined;
  readonly hostCalls?: HostCallsConfig | undefined;
  /** Path of a `trusted_root.json`, for keyless signatures of modules. */
  readonly trustRoot?: string | undefined;
  readonly scope: AuditScope;
  /** Namespaces left out when all are audited. */
  readonly ignoreNamespaces: readonly string[];
  /** Left out, too, but for policies that say that they apply there. */
  readonly kubewardenNamespace: string;
  readonly kubeconfig: string | undefined;
  readonly context: string | undefined;
  /** Names and patterns of several contexts that are scanned in one run; undefined for one cluster. */
  readonly contexts?: readonly string[] | undefined;
  /** The user to impersonate, if any. */
  readonly impersonation: { readonly user: string; readonly groups: readonly string[] } | undefined;
  readonly policyServerUrl: URL | undefined;
  /** Undefined where each evaluation has a connection of its own. */
  readonly connections?: 'balanced' | undefined;
  readonly tls: TlsConfig;
  /** In the API's text form. */
  readonly labelSelector: string | undefined;
  readonly policies: PatternFilter;
  readonly kinds: PatternFilter;
  readonly limits: LimitsConfig;
  readonly compatRequest: boolean;
  readonly store: boolean;
  readonly reportKind: ReportKind;
  /** For how long a stored verdict stays while its policy gives no answer; undefined if an error replaces it at once. */
  readonly keepResultsMs?: number | undefined;
  /** The part that this process does, and the run that it is a part of; undefined where it does everything. */
  readonly shard?: Shard | undefined;
  readonly jobUid?: string | undefined;
  /** Whether a run over the whole cluster is recorded. */
  readonly runRecord?: boolean | undefined;
  /** Undefined where every policy is asked about everything. */
  readonly reuse?: ReuseConfig | undefined;
  readonly outputs: readonly OutputSpec[];
  readonly display: DisplayConfig;
  readonly gate: GateConfig;
  /** The file that says which violations are accepted, and what it says once it has been read. */
  readonly exceptionsFile?: string | undefined;
  readonly exceptions?: readonly PolicyException[] | undefined;
  /** Whether objects may say of themselves which of their violations are accepted. */
  readonly acceptAnnotations?: true | undefined;
  /** What violations are compared with: the path of a saved result. */
  readonly baselineSource?: string | undefined;
  /** The folder with the saved results of earlier runs. */
  readonly historyFolder?: string | undefined;
  readonly log: { readonly level: LogLevel; readonly format: 'text' | 'json' };
  /** Drop-in only: every report is printed into the log. */
  readonly outputScan: boolean;
  readonly terminationMessage: boolean;
  readonly telemetry?: TelemetryConfig | undefined;
  readonly attest?: AttestConfig | undefined;
  /** Sentences for stderr before the run begins. */
  readonly notices: readonly string[];
};

/** Where evidence of the run goes, and who signs it; paths. */
export type AttestConfig = {
  readonly file: string;
  readonly signer:
    | { readonly kind: 'key'; readonly path: string }
    | {
        readonly kind: 'identity';
        readonly signingConfig: string;
        /** Where it is not in the environment. */
        readonly token: string | undefined;
      };
};

/** A checked configuration, or everything that is wrong with it. */
export type Checked<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly problems: readonly AuditError[] };

/** Freezes a configuration with everything in it; a URL cannot be frozen. */
export function deepFreeze<T extends object>(value: T): Readonly<T> {
  const parts: readonly unknown[] = Object.values(value);
  for (const part of parts) {
    if (typeof part === 'object' && part !== null && !(part instanceof URL)) deepFreeze(part);
  }
  return Object.freeze(value);
}
