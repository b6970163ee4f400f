import type { Runtime, Timer } from "auxbus";
import { FirmwareProbes, type FirmwareReply } from "./firmware-probes.ts";
import { Random } from "./random.ts";

/** What the DSP tells the host. */
export type DspInterrupt =
  | { readonly type: "ready"; readonly version: string }
  | { readonly type: "reply"; readonly message: Uint8Array }
  | { readonly type: "notification"; readonly message: Uint8Array };

export interface DspOptions {
  /** Shortest and longest answer of the mailbox, in milliseconds ([0.02, 0.2]). */
  readonly latency?: readonly [number, number];
  /** Milliseconds from start to "ready" (5). */
  readonly bootTime?: number;
  /** Host DMA streams there are (4). */
  readonly streams?: number;
  readonly seed?: number;
}

/** Faults to come; change them at any time. */
export interface DspFaults {
  /** So many of the next messages are never answered. */
  dropReplies: number;
  /** So many of the next messages are answered with `errorCode`. */
  errorReplies: number;
  /** A negative errno number. */
  errorCode: number;
  /** The firmware panics instead of answering after so many more messages; negative: never. */
  panicAfter: number;
  /** So many of the next boots do not come to "ready". */
  failBoots: number;
}

const PROBE_CLASS = 0xc;

/**
 * Simulated hardware: an audio DSP with a mailbox, as a driver sees it through its registers. It has power and
 * boot states, takes its time to answer, runs a small firmware, and can be made to fail.
 */
export class SimulatedDsp {
  readonly faults: DspFaults = { dropReplies: 0, errorReplies: 0, errorCode: -22, panicAfter: -1, failBoots: 0 };
  readonly probes: FirmwareProbes = new FirmwareProbes();
  /** Called for every interrupt while the DSP is powered. */
  onInterrupt: ((interrupt: DspInterrupt) => void) | null = null;
  readonly #runtime: Runtime;
  readonly #latency: readonly [number, number];
  readonly #bootTime: number;
  readonly #random: Random;
  readonly #freeStreams: number[];
  readonly #timers = new Set<Timer>();
  #state: "off" | "powered" | "booting" | "running" | "panicked" = "off";
  #messages = 0;
  #boots = 0;

  constructor(runtime: Runtime, options: DspOptions = {}) {
    this.#runtime = runtime;
    this.#latency = options.latency ?? [0.02, 0.2];
    this.#bootTime = options.bootTime ?? 5;
    this.#random = new Random(options.seed ?? 1);
    this.#freeStreams = Array.from({ length: options.streams ?? 4 }, (_, i) => i + 1);
  }

  get state(): "off" | "powered" | "booting" | "running" | "panicked" {
    return this.#state;
  }

  /** Messages that the firmware has got since it exists. */
  get messages(): number {
    return this.#messages;
  }

  get boots(): number {
    return this.#boots;
  }

  powerUp(): void {
    if (this.#state === "off") this.#state = "powered";
  }

  /** Everything that was going on in the DSP is lost. */
  powerDown(): void {
    this.#state = "off";
    for (const timer of this.#timers) timer.cancel();
    this.#timers.clear();
    this.probes.reset();
  }

  /** Starts the firmware that is in the DSP's memory; "ready" comes by interrupt, unless the boot fails. */
  start(version: string): void {
    if (this.#state !== "powered") return;
    this.#state = "booting";
    this.#boots++;
    if (this.faults.failBoots > 0) {
      this.faults.failBoots--;
      return;
    }
    this.#after(this.#bootTime, () => {
      this.#state = "running";
      this.onInterrupt?.({ type: "ready", version });
    });
  }

  /** A message in the mailbox: little-endian words, the first its size, the second the command. */
  write(message: Uint8Array): void {
    if (this.#state !== "running") return;
    this.#messages++;
    if (this.faults.panicAfter === 0) {
      this.faults.panicAfter = -1;
      this.panic();
      return;
    }
    if (this.faults.panicAfter > 0) this.faults.panicAfter--;
    if (this.faults.dropReplies > 0) {
      this.faults.dropReplies--;
      return;
    }
    const reply = this.#answer(message);
    this.#after(this.#random.between(...this.#latency), () => this.onInterrupt?.({ type: "reply", message: reply }));
  }

  /** The firmware crashes: it answers nothing any more, and says so in a register. */
  panic(): void {
    if (this.#state === "running") this.#state = "panicked";
  }

  /** The DSP's own message to the host. */
  notify(message: Uint8Array): void {
    if (this.#state === "running") this.onInterrupt?.({ type: "notification", message });
  }

  /** The clock that the DSP's DMA runs by, in milliseconds. */
  now(): number {
    return this.#runtime.now();
  }

  /** A host DMA stream's tag; undefined when all are in use. */
  takeStream(): number | undefined {
    return this.#freeStreams.shift();
  }

  returnStream(tag: number): void {
    this.#freeStreams.push(tag);
  }

  get freeStreams(): number {
    return this.#freeStreams.length;
  }

  #answer(message: Uint8Array): Uint8Array {
    const [, command = 0, ...words] = toWords(message);
    if (this.faults.errorReplies > 0) {
      this.faults.errorReplies--;
      return toReply(command, { error: this.faults.errorCode });
    }
    if (command >>> 28 === PROBE_CLASS) {
      return toReply(command, this.probes.handle((command >>> 16) & 0xfff, words));
    }
    return toReply(command, { error: 0 });
  }

  #after(ms: number, fn: () => void): void {
    const timer = this.#runtime.setTimer(() => {
      this.#timers.delete(timer);
      fn();
    }, ms);
    this.#timers.add(timer);
  }
}

function toWords(message: Uint8Array): number[] {
  const view = new DataView(message.buffer, message.byteOffset, message.byteLength);
  return Array.from({ length: message.byteLength >> 2 }, (_, i) => view.getUint32(i * 4, true));
}

function toReply(command: number, { error, words = [] }: FirmwareReply): Uint8Array {
  const reply = new Uint8Array(12 + words.length * 4);
  const view = new DataView(reply.buffer);
  for (const [i, word] of [reply.byteLength, command, error >>> 0, ...words].entries())
    view.setUint32(i * 4, word >>> 0, true);
  return reply;
}
