/** `audit-scanner help files`. */
export function renderFiles(): string {
  return `Manifests in files are audited in this process, with the policies that --policies names:

  audit-scanner scan ./deploy --policies ./policies      files and folders
  audit-scanner scan ./deploy --policies cluster         the installed policies of the current context
  audit-scanner scan -k overlays/prod --policies p       what one kustomization renders
  helm template web | audit-scanner scan - --policies p  stdin

Read are YAML and JSON below each PATH, hidden files and links, too. Charts are rendered by helm (--values, --set,
--release-name, --include-crds), kustomizations by kustomize or kubectl (--enable-helm). Left out is what cannot be
a manifest, and what --exclude or an .auditignore names, both in the syntax of .gitignore. Every output says what
was left out; what could not be read or rendered makes the scan incomplete.

-n is the namespace of objects that name none; it selects nothing.

Policies are custom resources, a policy-server's policies.yml, or .wasm files. Modules are file://, https:// or
registry://, and are kept for the next run; --offline downloads nothing. --sources-path and
--verification-config-path are those of kwctl.

What decides whether a policy is asked may be in no file: labels of Namespaces, custom types. Bring it, without
auditing it:
  kubectl get namespaces,customresourcedefinitions -o yaml > facts.yaml
  audit-scanner scan ./deploy --policies ./policies --facts facts.yaml
  audit-scanner scan ./deploy --policies ./policies --facts cluster
Without it the scan is incomplete where it matters, and says what is missing.

A finding names its file, line and column; of a chart or a kustomization the template or the folder.
Nothing to scan is exit code 2, or 0 with --allow-empty.
`;
}
