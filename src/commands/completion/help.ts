/** `audit-scanner completion --help`. */
export function renderCompletionHelp(): string {
  return `Prints a script that lets a shell complete commands, flags and their values: contexts of the kubeconfig,
namespaces and policies of the cluster, formats, severities, error codes.

Usage:
  audit-scanner completion bash|zsh|fish

Now and in every new shell:
  bash   echo 'source <(audit-scanner completion bash)' >> ~/.bashrc
  zsh    echo 'autoload -Uz compinit && compinit; source <(audit-scanner completion zsh)' >> ~/.zshrc
  fish   audit-scanner completion fish > ~/.config/fish/completions/audit-scanner.fish

A cluster is asked only for what it alone knows, with the --context and --kubeconfig that were typed. What
takes longer than a second, or fails, is not completed, and nothing is said about it.
`;
}
