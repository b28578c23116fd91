/** `audit-scanner config --help`. */
export function renderConfigHelp(): string {
  return `Flags of \`scan\` that nobody types each time: in a YAML file, by their long names without the dashes.
A value is what would be typed; a flag that may be repeated takes a list. Paths are relative to the file.

  policies: ./policies
  facts: [namespaces.yaml, crds.yaml]
  concurrency: 50

Usage:
  audit-scanner config show [flags of scan]    what is in force, and where each value comes from
  audit-scanner config init [FILE]             write a file with every flag in a comment
  audit-scanner config validate [FILE]         check a file, without scanning

Which file: that of --config or AUDIT_SCANNER_CONFIG, else .audit-scanner.yaml in the working folder or
the nearest folder above, up to the root of the repository, or your home folder outside of one. --no-config
for none. A scan says on stderr which file it uses. Flags win over environment variables, and those over
the file; a list in the file is replaced, not added to. policies, doctor, rbac and status take from it the
flags that they share with scan; the command without a subcommand reads no file, and neither does demo.

Trust: who can change what is scanned, by a pull request for one, can change a file that lies beside it.
So a file that was found, and not named, sets how things look, how fast they go, and of what a scan of
files is made. What counts, what is left out, which programs run, what is written and who is asked are
refused there with exit code 2; a file that is named may set them.
`;
}
