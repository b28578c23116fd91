export type ExecutionMode = 'kubewarden-wapc' | 'wasi' | 'opa' | 'gatekeeper';

/** What policy-server says about a member of a group that denied. */
export type StatusCause = { readonly field: string; readonly message?: string };

export type AdmissionStatus = {
  readonly message?: string;
  readonly code?: number;
  readonly details?: { readonly causes?: readonly StatusCause[] };
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
  /** Our own, beside what policy-server answers: why the verdict, which is its verdict, may be wrong. */
  readonly doubt?: string;
};

/** What a policy says about its settings; `unloadable` where it cannot be run at all, whatever the settings. */
export type SettingsResponse = {
  readonly valid: boolean;
  readonly message?: string | undefined;
  readonly unloadable?: boolean;
};

/** The answer for a policy that could not be evaluated. */
export function failedResponse(message: string): AdmissionResponse {
  return { allowed: false, status: { message, code: 500 } };
}

/** The words for a policy that used up its time. A WASI policy that did so says nothing on policy-server, which helps nobody. */
export function deadlineExceeded(mode: ExecutionMode): string {
  return mode === 'opa' || mode === 'gatekeeper'
    ? 'internal server error: guest code interrupted, execution deadline exceeded'
    : 'Policy execution interrupted because it exceeded the allowed execution time';
}
