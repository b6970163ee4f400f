import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { runProgram } from "../packages/auxctl/src/program.ts";
import { auxctl, FakeIo, type Ran } from "./fake-io.ts";
import { tempFolder } from "./temp-folder.ts";

/** `auxctl up` in this process, until the test ends or somebody ends it. */
export interface RunningHost {
  readonly io: FakeIo;
  readonly env: Record<string, string>;
  readonly ended: Promise<number>;
  /** Writes its configuration. */
  configure(config: object): void;
  auxctl(...args: string[]): Promise<Ran>;
}

/** Starts a host that keeps its state in a folder. @param from another one, whose folders it takes over */
export async function runningHost(
  config: object,
  cwd: string,
  { env: more = {}, from }: { readonly env?: Record<string, string>; readonly from?: RunningHost } = {},
): Promise<RunningHost> {
  const env = from?.env ?? { XDG_RUNTIME_DIR: tempFolder(), XDG_STATE_HOME: tempFolder(), NO_COLOR: "1", ...more };
  const configure = (next: object): void => writeFileSync(join(cwd, "auxbus.config.json"), JSON.stringify(next));
  configure(config);
  const io = new FakeIo({ cwd, env });
  const listens = io.wrote("listens on");
  const ended = runProgram(["up"], io);
  onTestFinished(async () => {
    io.interrupt("SIGTERM");
    await ended;
  });
  const code = await Promise.race([listens, ended]);
  if (typeof code === "number") throw new Error(`auxctl up ended with ${code}: ${io.stderr}`);
  return { io, env, ended, configure, auxctl: (...words) => auxctl(words, { cwd, env }) };
}
