import { join } from "node:path";
import { onTestFinished } from "vitest";
import { runProgram } from "../packages/auxctl/src/program.ts";
import { auxctl, FakeIo, type Ran } from "./fake-io.ts";
import { tempFolder } from "./temp-folder.ts";

/** `auxctl run` in this process, until the test ends. */
export interface RunningBus {
  readonly io: FakeIo;
  readonly socket: string;
  /** Another command, that finds the bus by itself. */
  auxctl(...args: string[]): Promise<Ran>;
}

/** Starts a bus and waits until it watches. */
export async function runningBus(args: readonly string[], cwd: string): Promise<RunningBus> {
  const env = { XDG_RUNTIME_DIR: tempFolder(), NO_COLOR: "1" };
  const io = new FakeIo({ cwd, env });
  const tree = io.wrote("device");
  const ended = runProgram(["run", ...args], io);
  onTestFinished(async () => {
    io.interrupt("SIGTERM");
    await ended;
  });
  await Promise.race([tree, ended]);
  return {
    io,
    socket: join(env.XDG_RUNTIME_DIR, "auxbus", `run-${process.pid}.sock`),
    auxctl: (...words) => auxctl(words, { cwd, env }),
  };
}
