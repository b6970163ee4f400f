import { ABOUT, flagsOf, OPTIONS } from "../lsaux/options.ts";
import { version } from "../version.ts";
import { escaped, item } from "./troff.ts";

/** The man page of lsaux, in troff. */
export function lsauxPage(): string {
  const options = Object.entries(OPTIONS);
  return [
    `.TH LSAUX 1 "" "auxbus ${version()}" "User Commands"`,
    ".SH NAME",
    "lsaux \\- list the auxiliary devices of a Linux machine",
    ".SH SYNOPSIS",
    "\\fBlsaux\\fR [\\fIoptions\\fR]",
    ".SH DESCRIPTION",
    ABOUT,
    "Beside a device without driver stands why it has none. Nothing is changed, and no rights are needed;",
    "only the kernel's list of devices that are deferred is for root.",
    ".SH OPTIONS",
    ...options.flatMap(([name, option]) => item(flagsOf(name, option), option.about)),
    ".SH EXAMPLES",
    ...EXAMPLES.flatMap(([command, about]) => item(command, about)),
    ".SH ENVIRONMENT",
    ...item("NO_COLOR", "No colours, as in a pipe."),
    ".SH EXIT STATUS",
    ...item("0", "Done."),
    ...item("1", "There is no Linux, or no such bus."),
    ...item("2", "The command line is wrong."),
    ".SH SEE ALSO",
    escaped("auxctl(1), whose option --linux does more: explain, bind and unbind, wait and watch."),
    "",
  ].join("\n");
}

const EXAMPLES: readonly (readonly [string, string])[] = [
  ["lsaux", "The auxiliary devices, below the cards that publish them."],
  ["lsaux -v --bus pci,auxiliary", "PCI devices without auxiliary ones, too, with interrupts and links."],
  ["lsaux --json", "The same for programs; what is in it, auxctl's documentation says."],
];
