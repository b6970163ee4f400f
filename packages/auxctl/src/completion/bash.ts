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
_auxctl() {
  local word=\${COMP_WORDS[COMP_CWORD]}
  if [ "$COMP_CWORD" -eq 1 ]; then
    COMPREPLY=($(compgen -W "${names} --help --version" -- "$word"))
    return
  fi
  case \${COMP_WORDS[1]} in
${cases.join("\n")}
    help) COMPREPLY=($(compgen -W "${names}" -- "$word")) ;;
  esac
}
complete -F _auxctl auxctl
`;
}
