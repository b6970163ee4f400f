import type { CompletedCommand } from "./completed-command.ts";

export function bashScript(commands: readonly CompletedCommand[]): string {
  const cases = commands.map(({ name, options, words, names }) => {
    const flags = options.flatMap(({ short, long }) => (short === undefined ? [long] : [short, long])).join(" ");
    const reply =
      names !== undefined
        ? `COMPREPLY=($(compgen -W "$(auxctl names ${names} 2>/dev/null)" -- "$word")${name === "run" ? ' $(compgen -f -- "$word")' : ""})`
        : words.length > 0
          ? `COMPREPLY=($(compgen -W "${words.join(" ")}" -- "$word"))`
          : `compopt -o filenames 2>/dev/null; COMPREPLY=($(compgen -f -- "$word"))`;
    return `    ${name})
      if [[ $word == -* ]]; then COMPREPLY=($(compgen -W "${flags}" -- "$word"))
      else ${reply}
      fi ;;`;
  });
  const names = [...commands.map(({ name }) => name), "help"].join(" ");
  return `# bash completion for auxctl
# What the modules of a running bus have added. Not by compgen, which would run what it finds in their names.
_auxctl_verbs() {
  local line=\${COMP_LINE:0:COMP_POINT} breaks=\${COMP_WORDBREAKS//[^:=]/} cut= reply
  local -a typed
  read -ra typed <<< "$line"
  if [[ $line == *[[:space:]] ]]; then typed+=(""); fi
  if [ "\${#typed[@]}" -lt 2 ]; then return; fi
  local last=\${typed[\${#typed[@]}-1]}
  # Only what comes after a break is replaced.
  if [[ -n $breaks && $last == *[$breaks]* ]]; then cut=\${last%"\${last##*[$breaks]}"}; fi
  while IFS= read -r reply; do
    COMPREPLY+=("$(printf %q "\${reply#"$cut"}")")
  done < <(auxctl names verbs -- "\${typed[@]:1}" 2>/dev/null)
}
_auxctl() {
  local word=\${COMP_WORDS[COMP_CWORD]}
  if [ "$COMP_CWORD" -eq 1 ]; then
    COMPREPLY=($(compgen -W "${names} --help --version" -- "$word"))
    _auxctl_verbs
    return
  fi
  case \${COMP_WORDS[1]} in
${cases.join("\n")}
    help)
      if [ "$COMP_CWORD" -eq 2 ]; then COMPREPLY=($(compgen -W "${names}" -- "$word")); fi
      _auxctl_verbs ;;
    *) _auxctl_verbs ;;
  esac
}
complete -F _auxctl auxctl
`;
}
