import { type CompletedCommand, quoted } from "./completed-command.ts";

export function fishScript(commands: readonly CompletedCommand[]): string {
  const names = [...commands.map(({ name }) => name), "help"].join(" ");
  const first = "__auxctl_command ''";
  const lines = commands.flatMap(({ name, summary, options, words, names: live }) => {
    const here = `complete -c auxctl -n ${quoted(`__auxctl_command ${name}`)}`;
    return [
      `complete -c auxctl -f -n ${quoted(first)} -a ${name} -d ${quoted(summary)}`,
      ...(live === undefined
        ? []
        : [`${here}${name === "run" ? "" : " -f"} -a ${quoted(`(auxctl names ${live} 2>/dev/null)`)}`]),
      ...(words.length > 0 ? [`${here} -f -a ${quoted(words.join(" "))}`] : []),
      ...options.map(({ short, long, description, takesValue }) => {
        const flags = `${short === undefined ? "" : `-s ${short.slice(1)} `}-l ${long.slice(2)}`;
        return `${here} ${flags}${takesValue ? " -x" : ""} -d ${quoted(description)}`;
      }),
    ];
  });
  return `# fish completion for auxctl
# The first word is one of these, or empty as long as there is none. Words behind it may look like commands, too.
function __auxctl_command
  set -l words (commandline -opc)
  contains -- "$words[2]" $argv
end
# What the modules of a running bus have added.
function __auxctl_verbs
  set -l words (commandline -opc)
  set -l typed (commandline -ct)
  auxctl names verbs -- $words[2..] "$typed" 2>/dev/null
end
${lines.join("\n")}
complete -c auxctl -f -n ${quoted(first)} -a help -d 'print help for a command'
complete -c auxctl -f -n '__auxctl_command help' -a ${quoted(names)}
complete -c auxctl -f -n ${quoted(`__auxctl_command help; or not __auxctl_command ${names}`)} -a '(__auxctl_verbs)'
`;
}
