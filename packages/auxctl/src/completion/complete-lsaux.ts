import { flagWords, OPTIONS } from "../lsaux/options.ts";
import type { Shell } from "../shell.ts";
import { type Completion, thatBeginWith } from "./complete.ts";
import { liveNames } from "./live-names.ts";

/** Completes the command line of lsaux. @param line the words behind it; the last is the one that is being typed */
export async function completeLsaux(line: readonly string[], shell: Shell): Promise<Completion> {
  const [before = "", typed = ""] = [line.at(-2), line.at(-1)];
  const [, name] = /^(--[^=]+)=/.exec(typed) ?? [];
  for (const [long, option] of Object.entries(OPTIONS)) {
    if (option.value === undefined) continue;
    if (name === `--${long}`) return thatBeginWith(typed, await values(long, `${name}=`, line, shell));
    if (flagWords(long, option).includes(before)) return thatBeginWith(typed, await values(long, "", line, shell));
  }
  const candidates = Object.entries(OPTIONS).flatMap(([long, option]) =>
    flagWords(long, option).map((word) => ({ word, about: option.about })),
  );
  return thatBeginWith(typed, { candidates, files: false });
}

async function values(long: string, before: string, line: readonly string[], shell: Shell): Promise<Completion> {
  if (long === "root") return { candidates: [], files: before === "" };
  const buses = await liveNames("buses", ["--linux", ...line], shell).catch(() => []);
  return { candidates: buses.filter((bus) => bus !== "all").map((bus) => ({ word: before + bus })), files: false };
}
