import type { Labels } from '../text/index.ts';

export type { Labels };

/** Identity of a Kubernetes type, and of one object that is audited. A Kind and a resource name are distinct shapes. */

export type GroupVersionResource = {
  readonly group: string;
  readonly version: string;
  readonly resource: string;
};

/** What API discovery says about one resource type. `resource` is the plural name, `verbs` as served. */
export type ApiResource = GroupVersionResource & {
  readonly kind: string;
  readonly namespaced: boolean;
  readonly verbs: readonly string[];
  /**
   * True where nothing says what the type is but an object of it: its plural is a guess, and whether it is namespaced is what the
   * objects look like. Files have such types, and stored reports.
   */
  readonly isGuess?: boolean | undefined;
};

/** The part of an object that a report or a message needs to name it. `namespace` is undefined for cluster-scoped objects. */
export type ObjectReference = {
  readonly apiVersion: string;
  readonly kind: string;
  readonly namespace: string | undefined;
  readonly name: string;
  readonly uid: string;
  readonly resourceVersion: string;
};

/**
 * Where an object was read from, when it was a file: `path` as the user would write it, line and column from 1. What was rendered has
 * neither: its lines are not those of the template.
 */
export type ResourceOrigin = {
  readonly path: string;
  readonly line: number | undefined;
  readonly column: number | undefined;
  /** The template in a packed chart, where `path` is the package. */
  readonly template?: string | undefined;
};

/** One object under audit. `json` is its text as UTF-8 bytes exactly as the source gave it, with `apiVersion` and `kind`. */
export type AuditedObject = {
  readonly resource: ApiResource;
  readonly reference: ObjectReference;
  readonly labels: Labels;
  readonly json: Uint8Array;
  /** Where it would be put if its type has namespaces, for an object that names none and whose type nobody knows. */
  readonly perhapsIn?: string | undefined;
  /** Undefined for objects of a cluster. */
  readonly origin?: ResourceOrigin | undefined;
};

/** `apps/v1`, or `v1` for the core group. */
export function formatApiVersion(type: { readonly group: string; readonly version: string }): string {
  return type.group === '' ? type.version : `${type.group}/${type.version}`;
}

/** Splits `apps/v1` or `v1`; the inverse of formatApiVersion. */
export function parseApiVersion(apiVersion: string): { group: string; version: string } {
  const slash = apiVersion.indexOf('/');
  return slash === -1
    ? { group: '', version: apiVersion }
    : { group: apiVersion.slice(0, slash), version: apiVersion.slice(slash + 1) };
}

/** `deployments.apps`, or `pods` for the core group: the spelling that kubectl accepts. */
export function formatGroupResource(type: { readonly group: string; readonly resource: string }): string {
  return type.group === '' ? type.resource : `${type.resource}.${type.group}`;
}

/** `deploy/api.yaml:5:3`: what editors and terminals make a link of; `web-1.0.0.tgz (web/templates/api.yaml)` in a packed chart. */
export function formatOrigin({ path, line, column, template }: ResourceOrigin): string {
  const place = line === undefined ? path : `${path}:${line}:${column ?? 1}`;
  return template === undefined ? place : `${place} (${template})`;
}

/** `deploy/api.yaml:5`, as messages name a place. */
export function formatLine({ path, line, template }: ResourceOrigin): string {
  const place = line === undefined ? path : `${path}:${line}`;
  return template === undefined ? place : `${place} (${template})`;
}
