import type { Runtime, Timer } from "auxbus";
import { type DspFaults, noFaults } from "./faults.ts";
import { FirmwareProbes, type FirmwareReply } from "./firmware-probes.ts";
import { HostStreams } from "./host-streams.ts";
import { drawLatency, type Latency } from "./latency.ts";
import { messageWords, replyMessage } from "./mailbox.ts";
import { Random } from "./random.ts";

/** Version of the protocol that the simulated firmware speaks. */
const ABI_MAJOR = 3;

const PROBE_CLASS = 0xc;

/** What the DSP tells the host. */
export type DspInterrupt =
  | { readonly type: "ready"; readonly version: string; readonly abi: number }
  | { readonly type: "reply"; readonly message: Uint8Array }
  | { readonly type: "notification"; readonly message: Uint8Array };

export type DspState = "off" | "powered" | "loaded" | "booting" | "running" | "panicked";

export interface DspOptions {
  /** How long the mailbox takes to answer, in milliseconds ([0.02, 0.2]). */
  readonly latency?: Latency;
  /** Milliseconds from start to "ready" (5). */
  readonly bootTime?: number;
  /** Host DMA streams there are (4). */
  readonly streams?: number;
  readonly seed?: number;
}

/**
 * Simulated hardware: an audio DSP with a mailbox, as a driver sees it through its registers. It has power and
 * boot states, takes its time to answer, runs a small firmware, and can be made to fail.
 */
export class SimulatedDsp {
  readonly faults: DspFaults = noFaults();
  readonly probes: FirmwareProbes = new FirmwareProbes();
  /** Change it at any time. */
  latency: Latency;
  /** Called for every interrupt while the DSP is powered. */
  onInterrupt: ((interrupt: DspInterrupt) => void) | null = null;
  /** For looking at: called with the command of every message that the firmware gets. */
  onCommand: ((command: number) => void) | null = null;
  readonly #runtime: Runtime;
  readonly #bootTime: number;
  readonly #random: Random;
  readonly #streams: HostStreams;
  #state: DspState = "off";
  /** Of the boot, or of the answer to the message in the mailbox. */
  #timer: Timer | null = null;
  #messages = 0;
  #boots = 0;

  constructor(runtime: Runtime, options: DspOptions = {}) {
    this.#runtime = runtime;
    this.latency = options.latency ?? [0.02, 0.2];
    this.#bootTime = options.bootTime ?? 5;
    this.#random = new Random(options.seed ?? 1);
    this.#streams = new HostStreams(options.streams ?? 4);
  }

  get state(): DspState {
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
    this.#timer?.cancel();
    this.#timer = null;
    this.probes.reset();
  }

  /** Copies a firmware into the DSP's memory. @returns whether it arrived */
  load(): boolean {
    if (this.#state !== "powered") return false;
    if (this.#spend("failLoads")) return false;
    this.#state = "loaded";
    return true;
  }

  /** Starts the firmware that was loaded; "ready" comes by interrupt, unless the boot fails. */
  start(version: string): void {
    if (this.#state !== "loaded") return;
    this.#state = "booting";
    this.#boots++;
    if (this.#spend("failBoots")) return;
    const abi = this.#spend("badReadies") ? ABI_MAJOR + 1 : ABI_MAJOR;
    this.#after(this.#bootTime, () => {
      this.#state = "running";
      this.onInterrupt?.({ type: "ready", version, abi });
    });
  }

  /**
   * A message in the mailbox: little-endian words, the first its size, the second the command. There is room for
   * one: a message that has not been answered yet is answered no more.
   */
  write(message: Uint8Array): void {
    if (this.#state !== "running") return;
    this.#timer?.cancel();
    this.#messages++;
    const [, command = 0, ...words] = messageWords(message);
    this.onCommand?.(command);
    if (this.faults.panicAfter === 0) {
      this.faults.panicAfter = -1;
      this.panic();
      return;
    }
    if (this.faults.panicAfter > 0) this.faults.panicAfter--;
    if (this.#spend("dropReplies")) return;
    const reply = replyMessage(command, this.#answer(command, words));
    this.#after(drawLatency(this.latency, this.#random), () => this.onInterrupt?.({ type: "reply", message: reply }));
  }

  /** The firmware crashes: it answers nothing any more, and says so in a register. */
  panic(): void {
    if (this.#state !== "running") return;
    this.#state = "panicked";
    this.#timer?.cancel();
  }

  /** The DSP's own message to the host. */
  notify(message: Uint8Array): void {
    if (this.#state === "running") this.onInterrupt?.({ type: "notification", message });
  }

  /** The clock that the DSP's DMA runs by, in milliseconds. */
  now(): number {
    return this.#runtime.now();
  }

  /** A host DMA stream's tag; undefined when none is free. */
  takeStream(): number | undefined {
    return this.faults.noStreams ? undefined : this.#streams.take();
  }

  returnStream(tag: number): void {
    this.#streams.giveBack(tag);
  }

  get freeStreams(): number {
    return this.#streams.free;
  }

  #answer(command: number, words: readonly number[]): FirmwareReply {
    if (this.#spend("errorReplies")) return { error: this.faults.errorCode };
    return command >>> 28 === PROBE_CLASS ? this.probes.handle((command >>> 16) & 0xfff, words) : { error: 0 };
  }

  /** Whether a fault strikes now. */
  #spend(fault: "dropReplies" | "errorReplies" | "failLoads" | "failBoots" | "badReadies"): boolean {
    if (this.faults[fault] <= 0) return false;
    this.faults[fault]--;
    return true;
  }

  #after(ms: number, fn: () => void): void {
    this.#timer = this.#runtime.setTimer(() => {
      this.#timer = null;
      fn();
    }, ms);
  }
}
