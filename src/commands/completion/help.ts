/** `audit-scanner completion --help`. */
export function renderCompletionHelp(): string {
  return `Prints a script with which your shell completes commands, flags and their values: contexts of the kubeconfig,
namespaces and policies of the cluster, formats, severities, error codes.

Usage:
  audit-scanner completion bash|zsh|fish

Now and in every new shell:
  bash   echo 'source <(audit-scanner completion bash)' >> ~/.bashrc
  zsh    echo 'autoload -Uz compinit && compinit; source <(audit-scanner completion zsh)' >> ~/.zshrc
  fish   audit-scanner completion fish > ~/.config/fish/completions/audit-scanner.fish

Completion asks the cluster only for names that nothing else knows, with the --context and --kubeconfig that you
typed. If that fails or takes longer than a second, it silently completes nothing.
`;
}
