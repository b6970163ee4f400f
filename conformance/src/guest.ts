import { spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, mkdtempSync, openSync, readSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { StringDecoder } from "node:string_decoder";
import { setTimeout as sleep } from "node:timers/promises";
import { cpio, type CpioEntry } from "./cpio.ts";
import { holdFolder, holdProcess, release } from "./live-guests.ts";

/** How long a guest may run, and how much it may say. */
export interface Limits {
  /** Ends it when it has said nothing for so many seconds. */
  readonly patience: number;
  /** Ends it after so many seconds, whatever it says. */
  readonly seconds: number;
  /** Ends it when it has said so many bytes. */
  readonly bytes?: number;
}

/** What a machine that QEMU emulates is made of. */
export interface Guest extends Limits {
  /** The kernel's image. */
  readonly image: string;
  /** Its first file system; `/init` is what it runs. */
  readonly files: readonly CpioEntry[];
  readonly cpus: 1 | 2;
  /**
   * With one processor: an instruction takes 2 to the power of this nanoseconds of the guest's time (2). At another
   * pace its workers come in at other moments.
   */
  readonly pace?: number;
  /** Megabytes. */
  readonly memory: number;
  /** The console tells all of the kernel's log. */
  readonly verbose?: boolean;
  /** Hardware beside processors and memory, as QEMU's options. */
  readonly devices?: readonly string[];
}

/** What a guest has said by the time it is off. */
export interface GuestOutput {
  /** What was written to the debug console, port 0xe9. */
  readonly debug: string;
  /** What was on the serial console. */
  readonly console: string;
  /** Why it had to be ended; undefined: it has ended by itself. */
  readonly stuck: string | undefined;
}

/**
 * Boots a guest under software emulation and waits until it is off. With one processor its clock counts
 * instructions: it does the same each time, and waiting takes no time. A clock of two cannot.
 *
 * @param heard is told each line of the debug console
 */
export async function bootGuest(guest: Guest, heard: (line: string) => void = () => {}): Promise<GuestOutput> {
  return runInFolder(
    async (at) => {
      await writeFile(at("initrd"), cpio(guest.files));
      // The kernel ends QEMU when this program is killed.
      return ["setpriv", "--pdeathsig", "KILL", "qemu-system-x86_64", ...options(guest, at)];
    },
    guest,
    heard,
  );
}

/** How much a guest says at most: its log has 16 megabytes, and a trace of a scenario some kilobytes. */
const MOST_BYTES = 2 ** 26;

/**
 * Runs a program that writes to the files `debug` and `console` of a folder of its own.
 *
 * @param prepare makes what else has to be there; returns the program and its arguments
 */
export async function runInFolder(
  prepare: (at: (name: string) => string) => Promise<readonly string[]>,
  { patience, seconds, bytes = MOST_BYTES }: Limits,
  heard: (line: string) => void = () => {},
): Promise<GuestOutput> {
  const folder = mkdtempSync(join(tmpdir(), "auxbus-guest-"));
  holdFolder(folder);
  try {
    const at = (name: string): string => join(folder, name);
    await Promise.all([writeFile(at("debug"), ""), writeFile(at("console"), "")]);
    const [program = "", ...args] = await prepare(at);
    const child = spawn(program, args, { stdio: ["ignore", "ignore", "pipe"] });
    holdProcess(folder, child);
    let complaints = "";
    child.stderr.setEncoding("utf8").on("data", (text: string) => (complaints += text));
    const ended = once(child, "close");
    const debug = new Growing(at("debug"), heard);
    const console = new Growing(at("console"));
    const read = (): number => debug.read(bytes) + console.read(bytes);
    const stuck = await watch(ended, { patience, seconds, bytes }, read);
    if (stuck !== undefined) child.kill("SIGKILL");
    const [code] = await ended;
    if (stuck === undefined && code !== 0) throw new Error(`QEMU ended with ${String(code)}: ${complaints.trim()}`);
    read();
    return { debug: debug.text, console: console.text.replaceAll("\r", ""), stuck };
  } finally {
    release(folder);
  }
}

function options(
  { image, cpus, pace = 2, memory, verbose, devices = [] }: Guest,
  at: (name: string) => string,
): string[] {
  const log = verbose === true ? "ignore_loglevel" : "quiet loglevel=3";
  return [
    ["-machine", "q35", "-accel", "tcg", "-cpu", "max", "-m", String(memory), "-smp", String(cpus)],
    // Nor does what is random differ, and the time of day.
    cpus === 1 ? ["-icount", `shift=${pace},sleep=off`, "-seed", "1", "-rtc", "base=2026-01-01T00:00:00,clock=vm"] : [],
    ["-nodefaults", "-no-user-config", "-display", "none", "-no-reboot"],
    ["-serial", `file:${at("console")}`, "-debugcon", `file:${at("debug")}`, "-global", "isa-debugcon.iobase=0xe9"],
    devices,
    ["-kernel", image, "-initrd", at("initrd")],
    [
      "-append",
      `console=ttyS0 ${log} panic=-1 log_buf_len=16M printk.devkmsg=on suspend.pm_test_delay=0 ` +
        "mitigations=off nokaslr",
    ],
  ].flat();
}

/**
 * Until it has ended, or has to be.
 *
 * @param read reads what there is; returns how many bytes there are by now
 * @returns why it has to be ended
 */
async function watch(
  ended: Promise<unknown>,
  { patience, seconds, bytes }: Required<Limits>,
  read: () => number,
): Promise<string | undefined> {
  const start = performance.now();
  let size = 0;
  let since = start;
  for (;;) {
    const timer = new AbortController();
    const over = await Promise.race([
      ended.then(() => true),
      sleep(500, false, { signal: timer.signal }).catch(() => false),
    ]);
    timer.abort();
    const now = read();
    if (over) return undefined;
    const time = performance.now();
    if (now !== size) since = time;
    size = now;
    if (size >= bytes) return `it has said more than ${bytes} bytes`;
    if (time - since >= patience * 1000) return `it has said nothing for ${patience} s`;
    if (time - start >= seconds * 1000) return `it was not done after ${seconds} s`;
  }
}

/** A file that grows; what it had before is not read again. */
class Growing {
  text = "";
  readonly #path: string;
  readonly #heard: (line: string) => void;
  readonly #decoder = new StringDecoder("utf8");
  #size = 0;
  /** Where the line begins that is not finished yet. */
  #line = 0;

  constructor(path: string, heard: (line: string) => void = () => {}) {
    this.#path = path;
    this.#heard = heard;
  }

  /** Reads what is new, up to a size of the file. @returns how much was read so far */
  read(most: number): number {
    const file = openSync(this.#path, "r");
    try {
      const buffer = new Uint8Array(2 ** 16);
      while (this.#size < most) {
        const length = readSync(file, buffer, 0, buffer.length, this.#size);
        if (length === 0) break;
        this.#size += length;
        this.text += this.#decoder.write(buffer.subarray(0, length));
      }
    } finally {
      closeSync(file);
    }
    for (let end; (end = this.text.indexOf("\n", this.#line)) >= 0; this.#line = end + 1) {
      this.#heard(this.text.slice(this.#line, end));
    }
    return this.#size;
  }
}
