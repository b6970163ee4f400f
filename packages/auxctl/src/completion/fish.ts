import { type CompletedCommand, quoted } from "./completed-command.ts";

export function fishScript(commands: readonly CompletedCommand[]): string {
  const names = [...commands.map(({ name }) => name), "help"].join(" ");
  const first = `not __fish_seen_subcommand_from ${names}`;
  const lines = commands.flatMap(({ name, summary, options, words, names: live }) => {
    const here = `complete -c auxctl -n ${quoted(`__fish_seen_subcommand_from ${name}`)}`;
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
${lines.join("\n")}
complete -c auxctl -f -n ${quoted(first)} -a help -d 'print help for a command'
complete -c auxctl -f -n '__fish_seen_subcommand_from help' -a ${quoted(names)}
`;
}
