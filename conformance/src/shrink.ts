import { type Command, parseScenario, ScenarioError } from "@auxbus/testing";
import { Legal } from "./legal.ts";

/** Whether a program may do all of this. */
export function isLegal(text: string): boolean {
  let commands: readonly Command[];
  try {
    ({ commands } = parseScenario(text));
  } catch (error) {
    if (error instanceof ScenarioError) return false;
    throw error;
  }
  const legal = new Legal();
  return commands.every((command) => legal.take(command)) && !legal.busy;
}

/**
 * Makes a scenario as small as it can be made by leaving out lines, so that it still fails.
 *
 * @param failing which of the candidates fail; they are tried together, as each trial may take a boot
 * @param progress how many lines are left
 */
export async function shrink(
  text: string,
  failing: (candidates: readonly string[]) => Promise<readonly boolean[]>,
  progress: (lines: number) => void = () => {},
): Promise<string> {
  let lines = steps(text);
  for (let size = Math.ceil(lines.length / 2); size >= 1;) {
    progress(lines.length);
    const candidates = without(lines, size);
    const verdicts = candidates.length === 0 ? [] : await failing(candidates.map((each) => join(each)));
    const smaller = candidates.find((_, index) => verdicts[index] === true);
    if (smaller !== undefined) lines = smaller;
    else if (size === 1) break;
    else size = Math.ceil(size / 2);
    size = Math.min(size, lines.length);
  }
  return join(lines);
}

/** The lines; what waits for a command to come to its end stays with it, or the rest would be chance. */
function steps(text: string): string[] {
  const lines: string[] = [];
  for (const line of text.split("\n").filter((each) => each !== "")) {
    const last = lines.length - 1;
    if (line === "settle" && last >= 0 && lines[last]?.startsWith("bg ") === false) lines[last] += "\nsettle";
    else lines.push(line);
  }
  return lines;
}

/** The lines with each block of `size` left out, and what else cannot be there without it. */
function without(lines: readonly string[], size: number): string[][] {
  const candidates = new Map<string, string[]>();
  for (let from = 0; from < lines.length; from += size) {
    const kept = repaired([...lines.slice(0, from), ...lines.slice(from + size)]);
    if (kept.length < lines.length && isLegal(join(kept))) candidates.set(join(kept), kept);
  }
  return [...candidates.values()];
}

/** Leaves out the lines that have become illegal because of those that went. */
function repaired(lines: readonly string[]): string[] {
  const kept: string[] = [];
  for (const line of lines) {
    if (line === "settle" || line.startsWith("bg ") || isLegal(join([...kept, line, "settle"]))) kept.push(line);
  }
  return kept;
}

function join(lines: readonly string[]): string {
  return `${lines.join("\n")}\n`;
}
