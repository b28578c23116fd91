/** `audit-scanner help files`. */
export function renderFiles(): string {
  return `Audit manifests in files, with the policies that --policies names, evaluated by scan itself:

  audit-scanner scan ./deploy --policies ./policies      files and folders
  audit-scanner scan ./deploy --policies cluster         the installed policies of the current context
  audit-scanner scan -k overlays/prod --policies p       what one kustomization renders
  helm template web | audit-scanner scan - --policies p  stdin

Scan reads YAML and JSON below each PATH, including hidden files and links. helm renders charts (--values, --set,
--release-name, --include-crds), kustomize or kubectl renders kustomizations (--enable-helm). Scan skips what cannot be
a manifest, and what --exclude or an .auditignore names; both use the syntax of .gitignore. Every output lists what
was skipped. What scan cannot read or render makes it incomplete.

-n sets the namespace of objects that have none; it does not filter.

Policies are custom resources, a policy-server's policies.yml, or .wasm files. Modules are file://, https:// or
registry://, and are kept for the next run; --offline downloads nothing. --sources-path and
--verification-config-path take the files of kwctl.

Whether a policy applies can depend on things that are in no file: labels of Namespaces, custom types. Provide
them with --facts; they are not audited themselves:
  kubectl get namespaces,customresourcedefinitions -o yaml > facts.yaml
  audit-scanner scan ./deploy --policies ./policies --facts facts.yaml
  audit-scanner scan ./deploy --policies ./policies --facts cluster
Without them the scan is incomplete where it matters, and says what is missing.

A finding names file, line and column; for a chart or a kustomization, the template or the folder.
If there is nothing to scan, the exit code is 2, or 0 with --allow-empty.
`;
}
