import { type Command, InvalidArgumentError, Option } from "commander";
import { JOURNAL_KINDS } from "@auxbus/host/client";
import { UsageError } from "../exit-code.ts";
import { help, onHost } from "../host/host-option.ts";
import { parseCount } from "../devices/monitor-command.ts";
import type { CommonOptions, Shell } from "../shell.ts";
import { parseMoment } from "../time.ts";
import type { Filter } from "./filter.ts";
import { follow, showLog } from "./log.ts";

interface LogOptions extends CommonOptions {
  readonly since?: string;
  readonly until?: string;
  readonly device?: string;
  readonly driver?: string;
  readonly module?: string;
  readonly kind?: string;
  readonly level?: "info" | "warn" | "error";
  readonly text?: string;
  readonly follow?: boolean;
  readonly lines?: number;
}

const KINDS: readonly string[] = JOURNAL_KINDS;

/** How many entries there are when nothing says how many. */
const LAST = 100;
const LAST_FOLLOWED = 10;

/** `auxctl log` */
export function addLogCommand(program: Command, shell: Shell): Command {
  return onHost(program.command("log"))
    .summary("show what has happened")
    .description("Show the newest entries of the journal of the host, or those that match.")
    .option("-S, --since <when>", "from then on: 10m, 2h, 3d, or a date like 2026-01-31T10:00")
    .option("-U, --until <when>", "until then")
    .option("-d, --device <device>", "only of a device: its name or path")
    .option("--driver <driver>", "only of a driver")
    .option("-m, --module <module>", "only of a module")
    .option("-k, --kind <kinds>", `some of ${KINDS.join(", ")}; with commas`, parseKinds)
    .addOption(new Option("-l, --level <level>", "of log entries, this or worse").choices(["info", "warn", "error"]))
    .option("-g, --text <text>", "only with this text")
    .option("-f, --follow", "go on with what happens, until Ctrl-C")
    .option("-n, --lines <n>", `the newest n (${LAST}; all with --since; ${LAST_FOLLOWED} with --follow)`, parseCount)
    .addHelpText(
      "after",
      help(
        ["auxctl log --since 10m", "auxctl log --kind crash,probe --device rdma.0", "auxctl log -f --json"],
        LOG_CODES,
      ),
    )
    .action(async (options: LogOptions) => {
      const client = await shell.host(options);
      const filter = filterOf(options, shell.io.now());
      const { since, lines, json } = options;
      const unlimited = since !== undefined && options.follow !== true;
      const most = lines ?? (unlimited ? Infinity : options.follow === true ? LAST_FOLLOWED : LAST);
      const output = { json: json === true, most };
      if (options.follow === true) await follow(client, filter, output, shell);
      else await showLog(client, filter, output, shell);
    });
}

function filterOf(options: LogOptions, now: number): Filter {
  const { device, driver, module, kind, level, text } = options;
  const given = {
    since: moment("--since", options.since, now),
    until: moment("--until", options.until, now),
    device: device?.replace(/^\/sys(?=\/)/, ""),
    driver,
    module,
    kind,
    level,
    text,
  };
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
}

function moment(option: string, word: string | undefined, now: number): number | undefined {
  if (word === undefined) return undefined;
  const time = parseMoment(word, now);
  if (time !== undefined) return time;
  throw new UsageError(`${option} ${word}: expected 30s, 10m, 2h, 3d, or a date like 2026-01-31T10:00`);
}

function parseKinds(words: string): string {
  const wrong = words.split(",").find((word) => !KINDS.includes(word));
  if (wrong === undefined) return words;
  throw new InvalidArgumentError(`There is no ${wrong}; there are ${KINDS.join(", ")}.`);
}

const LOG_CODES = `
JSON records, one a line (schema 1):
  {"type":"auxctl","schema":1}                                       first
  {"type":"entry","id","time","kind","device","driver","data":{}}    time in milliseconds since 1970
  {"type":"lost","lost"}                                             entries that were too old to be kept

Exit codes:
  0  done, or ended by Ctrl-C
  1  the host has refused it, or has gone
  2  the command line is wrong, or no host is running`;
