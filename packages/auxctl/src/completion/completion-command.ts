import { Argument, type Command } from "commander";
import type { Shell } from "../shell.ts";
import { BASH, FISH, ZSH } from "./scripts.ts";

const SCRIPTS = { bash: BASH, zsh: ZSH, fish: FISH } as const;

/** `auxctl completion` */
export function addCompletionCommand(program: Command, { io }: Shell): Command {
  return program
    .command("completion")
    .summary("print a completion script for a shell")
    .description(
      "Print a script that completes commands, options, file names, and the names of what there is in the running host, or in this machine's kernel; also for lsaux.",
    )
    .addArgument(new Argument("<shell>", "the shell").choices(Object.keys(SCRIPTS)))
    .addHelpText("after", HELP)
    .action((shell: keyof typeof SCRIPTS) => io.out.write(SCRIPTS[shell]));
}

const HELP = `
Examples:
  source <(auxctl completion bash)
  auxctl completion zsh > "\${fpath[1]}/_auxctl"
  auxctl completion fish > ~/.config/fish/completions/auxctl.fish

Exit codes:
  0  printed
  2  there is no completion for this shell`;
