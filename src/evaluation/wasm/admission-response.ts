/** What policy-server says about a member of a group that denied. */
export type StatusCause = { readonly field: string; readonly message: string };

export type AdmissionStatus = {
  readonly message?: string;
  readonly code?: number;
  readonly details?: { readonly causes: readonly StatusCause[] };
};

/** The response part of an AdmissionReview, without the uid of the request. */
export type AdmissionResponse = {
  readonly allowed: boolean;
  readonly patchType?: 'JSONPatch';
  /** A JSON patch, in base64. */
  readonly patch?: string;
  readonly status?: AdmissionStatus;
  readonly auditAnnotations?: Readonly<Record<string, string>>;
  readonly warnings?: readonly string[];
};

/** What a policy says about its settings. */
export type SettingsResponse = { readonly valid: boolean; readonly message?: string | undefined };

/** The answer for a policy that could not be evaluated. */
export function failedResponse(message: string): AdmissionResponse {
  return { allowed: false, status: { message, code: 500 } };
}

export const deadlineExceeded = 'Policy execution interrupted because it exceeded the allowed execution time';
