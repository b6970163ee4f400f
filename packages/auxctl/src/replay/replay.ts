import { readFile } from "node:fs/promises";
import { basename, resolve } from "node:path";
import { parseScenario, reproduce, runScenario, ScenarioError } from "@auxbus/testing";
import { ExitCode, UsageError } from "../exit-code.ts";
import type { Io } from "../io.ts";
import type { Authority, Check, ReplayReport, ReplayResult } from "./replay-result.ts";
import { STDIN } from "./scenario-files.ts";

export interface ReplayOptions {
  /** Compare with the recorded traces. */
  readonly check: boolean;
  /** Refuse what Linux lets pass although it does not work. */
  readonly strict: boolean;
}

/** Replays scenario files one after the other. */
export async function replay(
  files: readonly string[],
  options: ReplayOptions,
  report: ReplayReport,
  io: Io,
): Promise<ExitCode> {
  const start = performance.now();
  const counts = { linux: 0, refused: 0, different: 0, unusable: 0 };
  report.begin(files.length);
  for (const file of files) {
    try {
      const result = await replayFile(file, options, io);
      report.result(result);
      if (result.check !== undefined) counts[outcome(result.check)]++;
    } catch (error) {
      if (!(error instanceof ScenarioError || error instanceof UsageError)) throw error;
      report.unusable(file, error.message);
      counts.unusable++;
    }
  }
  report.end({ scenarios: files.length, ...counts, seconds: (performance.now() - start) / 1000 });
  if (counts.unusable > 0) return ExitCode.usage;
  return counts.different > 0 ? ExitCode.failed : ExitCode.ok;
}

function outcome({ against, equal }: Check): "linux" | "refused" | "different" {
  if (!equal) return "different";
  return against === "linux" ? "linux" : "refused";
}

async function replayFile(file: string, options: ReplayOptions, io: Io): Promise<ReplayResult> {
  const text = file === STDIN ? await io.readInput() : await read(resolve(io.cwd, file), file);
  const name = file === STDIN ? "stdin" : basename(file, ".aux");
  const scenario = parseScenario(text, file === STDIN ? "stdin" : file);
  if (!options.check) {
    return { name, file, trace: await runScenario(scenario, { strict: options.strict }), check: undefined };
  }
  const { against, recorded } = await recording(file, io);
  // What this bus documents for a misuse is what it does when it is not asked to imitate Linux.
  const strict = options.strict || against === "auxbus";
  const { equal, expected, actual } = await reproduce(scenario, recorded, { strict });
  return { name, file, trace: actual, check: { against, equal, expected } };
}

async function recording(file: string, io: Io): Promise<{ against: Authority; recorded: string }> {
  if (file === STDIN) throw new UsageError("--check needs files: the standard input has no trace beside it");
  const stem = file.replace(/\.aux$/, "");
  const ours = await readFile(resolve(io.cwd, `${stem}.trace-auxbus`), "utf8").catch(() => undefined);
  if (ours !== undefined) return { against: "auxbus", recorded: ours };
  const linux = await readFile(resolve(io.cwd, `${stem}.trace`), "utf8").catch(() => undefined);
  if (linux !== undefined) return { against: "linux", recorded: linux };
  throw new UsageError(`${file}: there is no ${basename(stem)}.trace beside it to compare with`);
}

async function read(path: string, file: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    throw new UsageError(`${file}: cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  }
}
