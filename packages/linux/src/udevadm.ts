import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { BusError, isUeventAction, type UeventRecord, type UeventsOptions } from "auxbus";

/** The kernel's uevents, as udevadm hears them. @throws {BusError} `EIO` it has ended by itself, and what it said */
export async function* udevadmEvents({ signal, listening }: UeventsOptions): AsyncGenerator<UeventRecord> {
  const isOver = (): boolean => signal?.aborted === true;
  if (isOver()) return;
  const child = spawn("udevadm", ["monitor", "--kernel", "--property"], { stdio: ["ignore", "pipe", "pipe"] });
  const end = (): void => void child.kill("SIGTERM");
  signal?.addEventListener("abort", end, { once: true });
  let complaint = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => (complaint = (complaint + text).slice(-2000)));
  const ended = once(child, "close").catch((error: unknown) => {
    complaint = String(error);
  });
  const env: Record<string, string> = {};
  try {
    for await (const line of createInterface({ input: child.stdout })) {
      if (line.startsWith("KERNEL - ")) listening?.();
      const equals = line.indexOf("=");
      // What begins an event, and has the time of a clock that nobody sees.
      if (line.startsWith("KERNEL[")) for (const key of Object.keys(env)) delete env[key];
      else if (equals > 0) env[line.slice(0, equals)] = line.slice(equals + 1);
      else if (line === "" && env["ACTION"] !== undefined) {
        const record = recordOf(env);
        if (record !== undefined) yield record;
        for (const key of Object.keys(env)) delete env[key];
      }
    }
    await ended;
    if (!isOver())
      throw new BusError("EIO", `udevadm monitor has ended: ${complaint.trim() || "it said nothing"}`, {
        op: "uevents",
      });
  } finally {
    signal?.removeEventListener("abort", end);
    end();
  }
}

/** What stands in fields of its own. */
const HEAD: ReadonlySet<string> = new Set(["ACTION", "DEVPATH", "SUBSYSTEM", "SEQNUM"]);

function recordOf(all: Readonly<Record<string, string>>): UeventRecord | undefined {
  const { ACTION: action = "", DEVPATH: devpath = "", SUBSYSTEM: subsystem, SEQNUM: seqnum } = all;
  if (!isUeventAction(action)) return undefined;
  const env = Object.fromEntries(Object.entries(all).filter(([key]) => !HEAD.has(key)));
  return { seqnum: Number(seqnum), action, devpath, subsystem, env, time: Date.now() };
}
