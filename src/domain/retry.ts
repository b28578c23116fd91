import type { AuditOutcome } from './audit.ts';
import { AuditError, type ErrorCode, errorCodes } from './errors.ts';

/** Whether a retry may help if nobody has changed anything, and why. */
export type RetryAdvice = { readonly mayHelp: boolean; readonly reason: string };

function yes(reason: string): RetryAdvice {
  return { mayHelp: true, reason };
}

function no(reason: string): RetryAdvice {
  return { mayHelp: false, reason };
}

const sameCommand = no('the command line and its files are still the same');
const sameFiles = no('the same files give the same result');
const onlyWarning = no('it is a warning, and nothing was missed');
const sameRights = no('the permissions are still the same');
const sameFacts = no('the input is still the same');
const samePolicy = no('the same policy with the same settings fails in the same way');
const sameAnswer = no('the same request gets the same answer');
const overloadPasses = yes('servers restart and overload passes');

/** For every code. An error that knows better says so itself (`lasting`): a 403 comes again, whatever the request was. */
export const retryAdvice: Readonly<Record<ErrorCode, RetryAdvice>> = {
  [errorCodes.nodeTooOld]: no('the next run uses the same Node.js'),
  [errorCodes.certificateExpiresSoon]: onlyWarning,
  [errorCodes.interrupted]: yes('whatever stopped this run may not stop the next one'),
  [errorCodes.credentialsExpireSoon]: onlyWarning,
  [errorCodes.invalidValue]: sameCommand,
  [errorCodes.unknownFlag]: sameCommand,
  [errorCodes.conflictingFlags]: sameCommand,
  [errorCodes.shortFlagCollision]: sameCommand,
  [errorCodes.outputNotWritable]: sameCommand,
  [errorCodes.fileUnreadable]: sameCommand,
  [errorCodes.unknownCommand]: sameCommand,
  [errorCodes.manifestInvalid]: sameFacts,
  [errorCodes.renderFailed]: sameFacts,
  [errorCodes.noResources]: sameFacts,
  [errorCodes.namespaceNotFound]: sameCommand,
  [errorCodes.nothingToScan]: sameFacts,
  [errorCodes.partialStore]: sameCommand,
  [errorCodes.exceptionsInvalid]: sameCommand,
  [errorCodes.exceptionExpired]: onlyWarning,
  [errorCodes.exceptionUnused]: onlyWarning,
  [errorCodes.annotationInvalid]: onlyWarning,
  [errorCodes.moduleTermsInvalid]: sameCommand,
  [errorCodes.keyRepeated]: onlyWarning,
  [errorCodes.noPolicies]: sameFacts,
  [errorCodes.policyNotFound]: sameCommand,
  [errorCodes.commandMissing]: sameCommand,
  [errorCodes.unknownVariable]: sameCommand,
  [errorCodes.configInvalid]: sameCommand,
  [errorCodes.configNotTrusted]: sameCommand,
  [errorCodes.configExists]: sameCommand,
  [errorCodes.shardInvalid]: sameCommand,
  [errorCodes.shardHalfGiven]: sameCommand,
  [errorCodes.savedResultInvalid]: sameCommand,
  [errorCodes.savedResultCutShort]: sameCommand,
  [errorCodes.savedResultOfNewer]: sameCommand,
  [errorCodes.savedResultLacks]: sameCommand,
  [errorCodes.baselineDoubtful]: onlyWarning,
  [errorCodes.historyUnreadable]: sameCommand,
  [errorCodes.keyUnusable]: sameCommand,
  [errorCodes.noClusterConfigured]: sameCommand,
  [errorCodes.kubeconfigMissing]: sameCommand,
  [errorCodes.contextUnknown]: sameCommand,
  [errorCodes.kubeconfigInvalid]: sameCommand,
  [errorCodes.credentialPluginFailed]: yes('the login service may answer again'),
  [errorCodes.apiUnreachable]: overloadPasses,
  [errorCodes.apiCertificateUntrusted]: no('the certificate is still the same'),
  [errorCodes.unauthorized]: no('the credentials are the same'),
  [errorCodes.apiRequestFailed]: overloadPasses,
  [errorCodes.listForbidden]: sameRights,
  [errorCodes.reportKindMissing]: no('somebody has to install the kind first'),
  [errorCodes.listFailed]: overloadPasses,
  [errorCodes.discoveryFailed]: yes('the server of an aggregated API may be back'),
  [errorCodes.kubewardenMissing]: no('somebody has to install Kubewarden first'),
  [errorCodes.apiCertificateExpiresSoon]: onlyWarning,
  [errorCodes.reportsForbidden]: sameRights,
  [errorCodes.noCredentials]: no('the credentials are the same'),
  [errorCodes.kubewardenNamespaceMissing]: no('somebody has to create the namespace first'),
  [errorCodes.policyServerUnreachable]: overloadPasses,
  [errorCodes.policyServerUnresolved]: yes('the Service of a new policy server may exist by then'),
  [errorCodes.evaluationTimeout]: overloadPasses,
  [errorCodes.policyServerCertificateUntrusted]: no('the certificate is still the same'),
  [errorCodes.clientCertificateRefused]: no('the certificate is still the same'),
  [errorCodes.policyServerCertificateExpiresSoon]: onlyWarning,
  [errorCodes.endpointsUnusable]: onlyWarning,
  [errorCodes.endpointUntrusted]: onlyWarning,
  [errorCodes.evaluationFailed]: samePolicy,
  [errorCodes.policyNotLoaded]: yes('the policy server may have loaded it by then'),
  [errorCodes.requestRefused]: sameAnswer,
  [errorCodes.answerMalformed]: sameAnswer,
  [errorCodes.policyServerError]: overloadPasses,
  [errorCodes.policyInvalid]: samePolicy,
  [errorCodes.moduleUnavailable]: yes('the registry may answer again'),
  [errorCodes.policyServerTermsUnknown]: no('the PolicyServer is still the same'),
  [errorCodes.matchConditionFailed]: samePolicy,
  [errorCodes.loginUnavailable]: sameCommand,
  [errorCodes.namespaceUnknown]: sameFacts,
  [errorCodes.typeUnknown]: sameFacts,
  [errorCodes.conditionUndecided]: sameFacts,
  [errorCodes.policyNotPure]: yes('the next run evaluates everything that was reused'),
  [errorCodes.policyNotRunnable]: samePolicy,
  [errorCodes.policySettingsInvalid]: samePolicy,
  [errorCodes.policyTooSlow]: samePolicy,
  [errorCodes.policyDataMissing]: yes('the objects that the policy reads may be available again'),
  [errorCodes.engineFailed]: yes('a new process starts with free memory'),
  [errorCodes.verdictDoubtful]: samePolicy,
  [errorCodes.requestUnreadable]: sameAnswer,
  [errorCodes.outputFailed]: yes('the disk may have free space again'),
  [errorCodes.resultsLeftOut]: onlyWarning,
  [errorCodes.reportWriteFailed]: overloadPasses,
  [errorCodes.reportDeleteFailed]: overloadPasses,
  [errorCodes.reportListFailed]: overloadPasses,
  [errorCodes.legacyCleanupFailed]: overloadPasses,
  [errorCodes.runRecordNotWritten]: overloadPasses,
  [errorCodes.runRecordMissing]: sameFacts,
  [errorCodes.runRecordUnusable]: sameFacts,
  [errorCodes.storedReportsMissing]: sameFacts,
  [errorCodes.storedReportsDoubtful]: no('only a new scan that stores its reports helps'),
  [errorCodes.shardsDisagree]: onlyWarning,
  [errorCodes.runUnshared]: onlyWarning,
  [errorCodes.metricsNotWritten]: onlyWarning,
  [errorCodes.metricsNotPushed]: onlyWarning,
  [errorCodes.telemetryNotSent]: onlyWarning,
  [errorCodes.eventsNotWritten]: onlyWarning,
  [errorCodes.evidenceNotSigned]: yes('the services may answer again, and the token may be a new one'),
  [errorCodes.evidenceInvalid]: sameFiles,
  [errorCodes.evidenceChanged]: sameFiles,
  [errorCodes.evidenceSignerUnknown]: sameFiles,
  [errorCodes.evidenceOfOther]: sameFiles,
  [errorCodes.resultNotOfEvidence]: sameFiles,
  [errorCodes.evidenceContradictory]: sameFiles,
  [errorCodes.internal]: no('the defect is still there'),
  [errorCodes.tooManyFiles]: no('the limit is still the same'),
};

/** Whether a retry may help against this error: according to the error itself, to its cause, or else to its code. */
export function mayRetryHelp(error: AuditError): boolean {
  for (let cause: unknown = error; cause instanceof AuditError; cause = cause.cause)
    if (cause.lasting !== undefined) return !cause.lasting;
  return retryAdvice[error.code].mayHelp;
}

/** Whether a retry of this run may see more. False for a complete run. */
export function isRetryable({
  complete,
  incidents,
  evaluationFailures,
}: Pick<AuditOutcome, 'complete' | 'incidents' | 'evaluationFailures'>): boolean {
  if (complete) return false;
  // An incomplete run without a named cause was cut short.
  if (incidents.length + evaluationFailures.length === 0) return true;
  return (
    incidents.some(({ error }) => mayRetryHelp(error)) ||
    evaluationFailures.some(({ code }) => retryAdvice[code].mayHelp)
  );
}
