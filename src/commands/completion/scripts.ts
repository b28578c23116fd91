import type { shells } from './shells.ts';

/*
 * The scripts know nothing of commands and flags: they pass the words up to the cursor, and show the answer, a candidate a line
 * with its description behind a tab, and at the end `:0` where files may be meant too, else `:4`. So does kubectl with its plugins.
 */

/**
 * Bash takes a word apart at `=` and `:`, and replaces the last part only. Without its own idea of quotes nothing that was typed is
 * evaluated.
 */
const bash = `# audit-scanner completion for bash: source <(audit-scanner completion bash)

_audit_scanner() {
  local cur="\${COMP_WORDS[COMP_CWORD]}" rest="\${COMP_LINE:0:COMP_POINT}" word out line
  local -a words=()
  COMPREPLY=()
  for word in "\${COMP_WORDS[@]:0:COMP_CWORD+1}"; do
    if [[ $rest == [[:space:]]* || \${#words[@]} -eq 0 ]]; then
      rest="\${rest#"\${rest%%[![:space:]]*}"}"
      words+=("$word")
    else
      words[\${#words[@]}-1]+="$word"
    fi
    rest="\${rest:\${#word}}"
  done
  local whole="\${words[\${#words[@]}-1]}"
  local known="\${whole%"$cur"}"
  [[ $cur == = || $cur == : ]] && known="$whole" && cur=
  out="$("\${words[0]/#\\~/$HOME}" __complete "\${words[@]:1}" 2>/dev/null)" || return 0
  while IFS= read -r line; do
    case "$line" in
      '') ;;
      :4) compopt +o default +o bashdefault 2>/dev/null ;;
      :*) ;;
      *)
        line="\${line%%$'\\t'*}"
        COMPREPLY+=("$(printf '%q' "\${line#"$known"}")")
        ;;
    esac
  done <<<"$out"
  [[ \${#COMPREPLY[@]} -eq 1 && \${COMPREPLY[0]} == *[=,] ]] && compopt -o nospace 2>/dev/null
  return 0
}

complete -o default -F _audit_scanner audit-scanner
`;

const zsh = `#compdef audit-scanner
# audit-scanner completion for zsh: source <(audit-scanner completion zsh)

_audit_scanner() {
  local out line directive
  local -a lines values
  out="$(\${(Q)words[1]} __complete "\${(@Q)words[2,CURRENT-1]}" "\${(Q)PREFIX}" 2>/dev/null)" || return 1
  lines=("\${(@f)out}")
  directive="\${lines[-1]}"
  for line in "\${(@)lines[1,-2]}"; do
    [[ -n $line ]] && values+=("\${\${line//:/\\\\:}/$'\\t'/:}")
  done
  (( \${#values} )) && _describe 'audit-scanner' values
  if [[ $directive == :0 ]]; then
    compset -P '*='
    _files
  fi
}

(( $+functions[compdef] )) && compdef _audit_scanner audit-scanner
[[ \${funcstack[1]} == _audit_scanner ]] && _audit_scanner
`;

const fish = `# audit-scanner completion for fish: audit-scanner completion fish > ~/.config/fish/completions/audit-scanner.fish

function __audit_scanner_complete
    set -l typed (commandline -opc)
    set -l current (commandline -ct)
    set -l lines ($typed[1] __complete $typed[2..-1] "$current" 2>/dev/null)
    or return
    for line in $lines
        switch $line
            case ':0'
                set -l path (string replace -r '^[^=/]*=' '' -- $current)
                set -l known (string sub -l (math (string length -- "$current") - (string length -- "$path")) -- "$current")
                for file in (__fish_complete_path "$path")
                    echo -- "$known$file"
                end
            case ':*'
            case '*'
                echo -- $line
        end
    end
end

complete -c audit-scanner -f -a '(__audit_scanner_complete)'
`;

/** What `completion` prints for each shell. */
export const scripts: Readonly<Record<(typeof shells)[number], string>> = { bash, zsh, fish };
