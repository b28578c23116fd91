/** `audit-scanner config --help`. */
export function renderConfigHelp(): string {
  return `Keep flags of \`scan\` that you do not want to type each time in a YAML file, by their long names without the dashes.
Values are what you would type; a flag that can be repeated takes a list. Paths are relative to the file.

  policies: ./policies
  facts: [namespaces.yaml, crds.yaml]
  concurrency: 50

Usage:
  audit-scanner config show [flags of scan]    show the values in force, and where each comes from
  audit-scanner config init [FILE]             write a file with every flag in a comment
  audit-scanner config validate [FILE]         check a file, without scanning

Which file: the one of --config or AUDIT_SCANNER_CONFIG; otherwise .audit-scanner.yaml in the working folder or
the nearest folder above, up to the root of the repository (outside a repository: your home folder). --no-config
turns that off. A scan says on stderr which file it uses. Flags win over environment variables, and environment variables
over the file; a list replaces the list in the file. policies, doctor, rbac and status take the flags that they
share with scan from the file; demo, and the program without a command, read no file.

Trust: whoever can change what you scan, for example with a pull request, can also change a file next to it.
So a file that scan merely found may set only the display, the speed, and the input of a scan of files. It may not set what
counts, what is left out, which programs run, what is written or who is asked: that exits with 2. A file that
you name may set everything.
`;
}
