import type { AuditOutcome } from './audit.ts';
import { AuditError, type ErrorCode, errorCodes } from './errors.ts';

/** Whether trying again may help where nobody has changed anything, and why. */
export type RetryAdvice = { readonly mayHelp: boolean; readonly reason: string };

function yes(reason: string): RetryAdvice {
  return { mayHelp: true, reason };
}

function no(reason: string): RetryAdvice {
  return { mayHelp: false, reason };
}

const sameCommand = no('the command line and its files are the same the second time');
const sameFiles = no('the same files say the same again');
const onlyWarning = no('it is a warning, and misses nothing');
const sameRights = no('nobody is allowed more the second time');
const sameFacts = no('the input says no more the second time');
const samePolicy = no('the same policy with the same settings fails the same way again');
const sameAnswer = no('the same request gets the same answer again');
const overloadPasses = yes('servers restart and overloads pass');

/** Of every code. An error that knows better says so itself (`lasting`): a 403 is there again, whatever it was an answer to. */
export const retryAdvice: Readonly<Record<ErrorCode, RetryAdvice>> = {
  [errorCodes.nodeTooOld]: no('the same Node.js runs the next time'),
  [errorCodes.certificateExpiresSoon]: onlyWarning,
  [errorCodes.interrupted]: yes('what ended this run need not end the next one'),
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
  [errorCodes.credentialPluginFailed]: yes('what the login plug-in asks may answer again'),
  [errorCodes.apiUnreachable]: overloadPasses,
  [errorCodes.apiCertificateUntrusted]: no('the same certificate is shown again'),
  [errorCodes.unauthorized]: no('the credentials are the same'),
  [errorCodes.apiRequestFailed]: overloadPasses,
  [errorCodes.listForbidden]: sameRights,
  [errorCodes.reportKindMissing]: no('the cluster has no such kind until somebody installs it'),
  [errorCodes.listFailed]: overloadPasses,
  [errorCodes.discoveryFailed]: yes('the server of an aggregated API may be back'),
  [errorCodes.kubewardenMissing]: no('Kubewarden is not there until somebody installs it'),
  [errorCodes.apiCertificateExpiresSoon]: onlyWarning,
  [errorCodes.reportsForbidden]: sameRights,
  [errorCodes.noCredentials]: no('the credentials are the same'),
  [errorCodes.kubewardenNamespaceMissing]: no('the namespace is not there until somebody creates it'),
  [errorCodes.policyServerUnreachable]: overloadPasses,
  [errorCodes.policyServerUnresolved]: yes('the Service of a new policy server may be there soon'),
  [errorCodes.evaluationTimeout]: overloadPasses,
  [errorCodes.policyServerCertificateUntrusted]: no('the same certificate is shown again'),
  [errorCodes.clientCertificateRefused]: no('the same certificate is shown again'),
  [errorCodes.policyServerCertificateExpiresSoon]: onlyWarning,
  [errorCodes.endpointsUnusable]: onlyWarning,
  [errorCodes.endpointUntrusted]: onlyWarning,
  [errorCodes.evaluationFailed]: samePolicy,
  [errorCodes.policyNotLoaded]: yes('a policy server that was rolled out anew may have loaded it by then'),
  [errorCodes.requestRefused]: sameAnswer,
  [errorCodes.answerMalformed]: sameAnswer,
  [errorCodes.policyServerError]: overloadPasses,
  [errorCodes.policyInvalid]: samePolicy,
  [errorCodes.moduleUnavailable]: yes('the registry may answer again'),
  [errorCodes.policyServerTermsUnknown]: no('the PolicyServer is the same the second time'),
  [errorCodes.matchConditionFailed]: samePolicy,
  [errorCodes.loginUnavailable]: sameCommand,
  [errorCodes.namespaceUnknown]: sameFacts,
  [errorCodes.typeUnknown]: sameFacts,
  [errorCodes.conditionUndecided]: sameFacts,
  [errorCodes.policyNotPure]: yes('the next run asks again about everything that was reused'),
  [errorCodes.policyNotRunnable]: samePolicy,
  [errorCodes.policySettingsInvalid]: samePolicy,
  [errorCodes.policyTooSlow]: samePolicy,
  [errorCodes.policyDataMissing]: yes('what the policy reads may be available again'),
  [errorCodes.engineFailed]: yes('a new process has all of its memory again'),
  [errorCodes.verdictDoubtful]: samePolicy,
  [errorCodes.requestUnreadable]: sameAnswer,
  [errorCodes.outputFailed]: yes('a full disk may have room again'),
  [errorCodes.resultsLeftOut]: onlyWarning,
  [errorCodes.reportWriteFailed]: overloadPasses,
  [errorCodes.reportDeleteFailed]: overloadPasses,
  [errorCodes.reportListFailed]: overloadPasses,
  [errorCodes.legacyCleanupFailed]: overloadPasses,
  [errorCodes.runRecordNotWritten]: overloadPasses,
  [errorCodes.runRecordMissing]: sameFacts,
  [errorCodes.runRecordUnusable]: sameFacts,
  [errorCodes.storedReportsMissing]: sameFacts,
  [errorCodes.storedReportsDoubtful]: no('only another scan that stores its reports can say more'),
  [errorCodes.shardsDisagree]: onlyWarning,
  [errorCodes.runUnshared]: onlyWarning,
  [errorCodes.metricsNotWritten]: onlyWarning,
  [errorCodes.metricsNotPushed]: onlyWarning,
  [errorCodes.telemetryNotSent]: onlyWarning,
  [errorCodes.eventsNotWritten]: onlyWarning,
  [errorCodes.evidenceInvalid]: sameFiles,
  [errorCodes.evidenceChanged]: sameFiles,
  [errorCodes.evidenceSignerUnknown]: sameFiles,
  [errorCodes.evidenceOfOther]: sameFiles,
  [errorCodes.resultNotOfEvidence]: sameFiles,
  [errorCodes.evidenceContradictory]: sameFiles,
  [errorCodes.internal]: no('a defect is there again'),
  [errorCodes.tooManyFiles]: no('the limit of the process is the same'),
};

/** Whether trying again may help against this error: as it says itself, or what caused it, or else as its code has it. */
export function mayRetryHelp(error: AuditError): boolean {
  for (let cause: unknown = error; cause instanceof AuditError; cause = cause.cause)
    if (cause.lasting !== undefined) return !cause.lasting;
  return retryAdvice[error.code].mayHelp;
}

/** Whether another run may see more than this one did. False for a complete run. */
export function isRetryable({
  complete,
  incidents,
  evaluationFailures,
}: Pick<AuditOutcome, 'complete' | 'incidents' | 'evaluationFailures'>): boolean {
  if (complete) return false;
  // Of what it cannot name, an incomplete run can only say that it was cut short.
  if (incidents.length + evaluationFailures.length === 0) return true;
  return (
    incidents.some(({ error }) => mayRetryHelp(error)) ||
    evaluationFailures.some(({ code }) => retryAdvice[code].mayHelp)
  );
}
