import { type CompletedCommand, type CompletedOption, quoted } from "./completed-command.ts";

export function zshScript(commands: readonly CompletedCommand[]): string {
  const names = commands.map(({ name, summary }) => `    ${quoted(`${name}:${summary}`)}`);
  const cases = commands.map(({ name, options, words, names: live }) => {
    const listed = live === undefined ? words.join(" ") : `$(auxctl names ${live} 2>/dev/null)`;
    if (live !== undefined) {
      // In double quotes: asked for when it is needed.
      const rest =
        name === "run"
          ? `"*:module:_alternative 'names:module:(${listed})' 'files:file:_files'"`
          : `"*:name:(${listed})"`;
      return `    ${name}) _arguments ${[...options.flatMap(specs), rest].join(" ")} ;;`;
    }
    const rest = words.length > 0 ? `*:word:(${listed})` : "*:file:_files";
    return `    ${name}) _arguments ${[...options.flatMap(specs), quoted(rest)].join(" ")} ;;`;
  });
  return `#compdef auxctl
# What the modules of a running bus have added.
_auxctl_verbs() {
  local -a replies=(\${(f)"$(auxctl names verbs -- "$@" 2>/dev/null)"})
  compadd -a replies
}
_auxctl() {
  local -a commands=(
${names.join("\n")}
    'help:print help for a command'
  )
  if (( CURRENT == 2 )); then
    _describe command commands
    _auxctl_verbs "\${(@Q)words[2,CURRENT]}"
    return
  fi
  local command=$words[2]
  shift words
  (( CURRENT-- ))
  case $command in
${cases.join("\n")}
    help)
      if (( CURRENT == 2 )); then _describe command commands; fi
      _auxctl_verbs "\${(@Q)words[1,CURRENT]}" ;;
    *) _auxctl_verbs "\${(@Q)words[1,CURRENT]}" ;;
  esac
}
if [ "$funcstack[1]" = _auxctl ]; then _auxctl "$@"; else compdef _auxctl auxctl; fi
`;
}

function specs({ short, long, description, takesValue }: CompletedOption): string[] {
  const text = description.replaceAll(/[[\]:]/g, "\\$&");
  const value = takesValue ? ":value:" : "";
  return [short, long].flatMap((flag) => (flag === undefined ? [] : [quoted(`*${flag}[${text}]${value}`)]));
}
