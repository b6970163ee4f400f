import type { Command, Option } from "commander";
import { createProgram } from "../program.ts";
import { Shell } from "../shell.ts";
import { SILENT } from "./silent-io.ts";
import { escaped, item } from "./troff.ts";

/** The man page of auxctl, in troff, as its commands describe themselves. */
export function manPage(): string {
  const program = createProgram(new Shell(SILENT, () => {}));
  const help = program.createHelp();
  const commands = help.visibleCommands(program).filter((command) => command.name() !== "help");
  return [
    `.TH AUXCTL 1 "" "auxbus ${program.version() ?? ""}" "User Commands"`,
    ".SH NAME",
    "auxctl \\- run, look at and steer auxiliary buses",
    ".SH SYNOPSIS",
    "\\fBauxctl\\fR [\\fIoptions\\fR] \\fIcommand\\fR [\\fIarguments\\fR]",
    ".SH DESCRIPTION",
    escaped(program.description()),
    "The modules of a running host add commands of their own; \\fBauxctl \\-\\-help\\fR shows them while it runs.",
    ".SH COMMANDS",
    ...commands.flatMap((command) => section(command)),
    ".SH ENVIRONMENT",
    ...item("AUXBUS_HOST", "The host that commands are for: a name, the path of a socket, or a URL."),
    ...item("AUXBUS_TOKEN", "The token for a host that is named by a URL."),
    ...item("NO_COLOR", "No colours, as in a pipe."),
    ...item("XDG_RUNTIME_DIR", "Sockets of hosts are in its folder auxbus; else in /tmp/auxbus-UID."),
    ...item("XDG_STATE_HOME", "States of hosts are in its folder auxbus; else in ~/.local/state/auxbus."),
    ".SH EXIT STATUS",
    ...item("0", "Done."),
    ...item("1", "The host has refused it, it was not so in time, or traces differ."),
    ...item("2", "The command line is wrong, or no host is running."),
    ...item("130, 143", "Ended by Ctrl-C or SIGTERM before it was done."),
    "",
  ].join("\n");
}

function section(command: Command): string[] {
  const help = command.createHelp();
  return [
    `.SS "auxctl ${command.name()} ${escaped(command.usage())}"`,
    escaped(command.description()),
    ...help.visibleArguments(command).flatMap((argument) => item(argument.name(), help.argumentDescription(argument))),
    ...help
      .visibleOptions(command)
      .filter(({ long }) => long !== "--help")
      .flatMap((option: Option) => item(option.flags, help.optionDescription(option))),
  ];
}
