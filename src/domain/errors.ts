/**
 * The error codes that a user can meet. The manual of each is in src/manual.
 * 1xxx environment, 2xxx usage, 3xxx cluster and API, 4xxx policies and their servers, 5xxx output, 9xxx our bugs.
 */
export const errorCodes = {
  nodeTooOld: 'AS-1001',
  certificateExpiresSoon: 'AS-1002',
  interrupted: 'AS-1003',
  credentialsExpireSoon: 'AS-1004',
  invalidValue: 'AS-2001',
  unknownFlag: 'AS-2002',
  conflictingFlags: 'AS-2003',
  shortFlagCollision: 'AS-2004',
  outputNotWritable: 'AS-2005',
  fileUnreadable: 'AS-2006',
  unknownCommand: 'AS-2007',
  manifestInvalid: 'AS-2008',
  renderFailed: 'AS-2009',
  noResources: 'AS-2010',
  namespaceNotFound: 'AS-2011',
  nothingToScan: 'AS-2012',
  partialStore: 'AS-2013',
  exceptionsInvalid: 'AS-2014',
  exceptionExpired: 'AS-2015',
  exceptionUnused: 'AS-2016',
  moduleTermsInvalid: 'AS-2017',
  annotationInvalid: 'AS-2018',
  keyRepeated: 'AS-2020',
  noPolicies: 'AS-2030',
  policyNotFound: 'AS-2031',
  commandMissing: 'AS-2040',
  unknownVariable: 'AS-2041',
  configInvalid: 'AS-2050',
  configNotTrusted: 'AS-2051',
  configExists: 'AS-2052',
  shardInvalid: 'AS-2065',
  shardHalfGiven: 'AS-2066',
  savedResultInvalid: 'AS-2060',
  savedResultCutShort: 'AS-2061',
  savedResultOfNewer: 'AS-2062',
  savedResultLacks: 'AS-2063',
  baselineDoubtful: 'AS-2064',
  historyUnreadable: 'AS-2067',
  keyUnusable: 'AS-2080',
  noClusterConfigured: 'AS-3001',
  kubeconfigMissing: 'AS-3002',
  contextUnknown: 'AS-3003',
  kubeconfigInvalid: 'AS-3004',
  credentialPluginFailed: 'AS-3005',
  apiUnreachable: 'AS-3006',
  apiCertificateUntrusted: 'AS-3007',
  unauthorized: 'AS-3008',
  apiRequestFailed: 'AS-3009',
  listForbidden: 'AS-3101',
  reportKindMissing: 'AS-3102',
  listFailed: 'AS-3103',
  discoveryFailed: 'AS-3104',
  kubewardenMissing: 'AS-3110',
  apiCertificateExpiresSoon: 'AS-3120',
  reportsForbidden: 'AS-3121',
  noCredentials: 'AS-3140',
  kubewardenNamespaceMissing: 'AS-3141',
  policyServerUnreachable: 'AS-4101',
  policyServerUnresolved: 'AS-4102',
  evaluationTimeout: 'AS-4103',
  policyServerCertificateUntrusted: 'AS-4111',
  clientCertificateRefused: 'AS-4113',
  policyServerCertificateExpiresSoon: 'AS-4114',
  endpointsUnusable: 'AS-4115',
  endpointUntrusted: 'AS-4116',
  evaluationFailed: 'AS-4201',
  policyNotLoaded: 'AS-4203',
  requestRefused: 'AS-4204',
  answerMalformed: 'AS-4205',
  policyServerError: 'AS-4206',
  policyInvalid: 'AS-4301',
  moduleUnavailable: 'AS-4302',
  policyServerTermsUnknown: 'AS-4303',
  matchConditionFailed: 'AS-4310',
  loginUnavailable: 'AS-4320',
  namespaceUnknown: 'AS-4330',
  typeUnknown: 'AS-4331',
  conditionUndecided: 'AS-4332',
  policyNotPure: 'AS-4340',
  policyNotRunnable: 'AS-4401',
  policySettingsInvalid: 'AS-4402',
  policyTooSlow: 'AS-4403',
  policyDataMissing: 'AS-4404',
  engineFailed: 'AS-4405',
  verdictDoubtful: 'AS-4410',
  requestUnreadable: 'AS-4420',
  outputFailed: 'AS-5001',
  resultsLeftOut: 'AS-5003',
  reportWriteFailed: 'AS-5101',
  reportDeleteFailed: 'AS-5102',
  reportListFailed: 'AS-5103',
  legacyCleanupFailed: 'AS-5104',
  runRecordNotWritten: 'AS-5150',
  runRecordMissing: 'AS-5151',
  runRecordUnusable: 'AS-5152',
  storedReportsMissing: 'AS-5153',
  storedReportsDoubtful: 'AS-5154',
  shardsDisagree: 'AS-5170',
  runUnshared: 'AS-5171',
  metricsNotWritten: 'AS-5201',
  metricsNotPushed: 'AS-5202',
  telemetryNotSent: 'AS-5203',
  eventsNotWritten: 'AS-5204',
  evidenceInvalid: 'AS-5301',
  evidenceChanged: 'AS-5302',
  evidenceSignerUnknown: 'AS-5303',
  evidenceOfOther: 'AS-5304',
  resultNotOfEvidence: 'AS-5305',
  evidenceContradictory: 'AS-5306',
  evidenceNotSigned: 'AS-5307',
  internal: 'AS-9001',
  tooManyFiles: 'AS-9002',
} as const;

export type ErrorCode = (typeof errorCodes)[keyof typeof errorCodes];

export type AuditErrorOptions = {
  /** The facts that prove it: file, URL, user, verb, date. One line each. */
  readonly facts?: readonly string[];
  /** Exact commands or steps, most likely first. */
  readonly tries?: readonly string[];
  readonly cause?: unknown;
  /** Whether a retry would fail in the same way; undefined if the code decides, see retry.ts. */
  readonly lasting?: boolean | undefined;
};

/**
 * The one error that crosses module borders. `message` is one line for a person: what could not be done, on what, and why.
 * It never holds headers, tokens or bodies.
 */
export class AuditError extends Error {
  readonly code: ErrorCode;
  readonly facts: readonly string[];
  readonly tries: readonly string[];
  readonly lasting: boolean | undefined;

  constructor(code: ErrorCode, message: string, options: AuditErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'AuditError';
    this.code = code;
    this.facts = options.facts ?? [];
    this.tries = options.tries ?? [];
    this.lasting = options.lasting;
  }
}

/**
 * There is no answer: neither the policy nor its server was heard, so what they said before may still hold.
 * A failure that one of them reports as its answer is a plain AuditError.
 */
export class NoAnswerError extends AuditError {}

/** Turns whatever was thrown into an AuditError; what is not one already becomes an internal error with its cause kept. */
export function toAuditError(thrown: unknown): AuditError {
  if (thrown instanceof AuditError) return thrown;
  const message = describe(thrown);
  // It can happen anywhere, because any file may be the one too many, but it is not a defect.
  return /\bE[MN]FILE\b|too many open files/.test(message)
    ? new AuditError(errorCodes.tooManyFiles, `too many open files: ${message}`, {
        tries: ['ulimit -n 1024'],
        cause: thrown,
      })
    : new AuditError(errorCodes.internal, message, { cause: thrown });
}

/** The result of some work, or the AuditError with which it failed. Rejects for anything else. */
export async function orError<T>(work: Promise<T>): Promise<T | AuditError> {
  try {
    return await work;
  } catch (thrown) {
    if (thrown instanceof AuditError) return thrown;
    throw thrown;
  }
}

/** Not every value can be turned into a string. */
function describe(thrown: unknown): string {
  try {
    return thrown instanceof Error ? thrown.message : String(thrown);
  } catch {
    return `something of type ${typeof thrown} was thrown`;
  }
}
