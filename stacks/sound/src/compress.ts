import { BusError } from "auxbus";

export interface CompressParams {
  readonly fragmentSize: number;
  readonly fragments: number;
  readonly sampleRate: number;
  readonly channels: number;
}

/** What the driver of a compressed capture device does. */
export interface CompressOps {
  startup(): Promise<void>;
  shutdown(): Promise<void>;
  setParams(params: CompressParams): Promise<void>;
  trigger(command: "start" | "stop"): Promise<void>;
  /** Bytes captured so far. */
  pointer(): number;
  /** Takes up to `bytes` captured bytes. */
  copy(bytes: number): Uint8Array;
}

/** An open capture stream: open → setParams → start → copy … → stop → close. */
export class CompressStream {
  readonly #ops: CompressOps;
  readonly #closed: () => void;
  #state: "open" | "prepared" | "running" | "closed" = "open";

  /** @param closed called once, when the stream is closed */
  constructor(ops: CompressOps, closed: () => void) {
    this.#ops = ops;
    this.#closed = closed;
  }

  get state(): "open" | "prepared" | "running" | "closed" {
    return this.#state;
  }

  async setParams(params: CompressParams): Promise<void> {
    this.#expect("setParams", "open");
    await this.#ops.setParams(params);
    this.#state = "prepared";
  }

  async start(): Promise<void> {
    this.#expect("start", "prepared");
    await this.#ops.trigger("start");
    this.#state = "running";
  }

  async stop(): Promise<void> {
    this.#expect("stop", "running");
    await this.#ops.trigger("stop");
    this.#state = "prepared";
  }

  pointer(): number {
    return this.#ops.pointer();
  }

  copy(bytes: number): Uint8Array {
    this.#expect("copy", "running");
    return this.#ops.copy(bytes);
  }

  async close(): Promise<void> {
    if (this.#state === "closed") return;
    if (this.#state === "running") await this.#ops.trigger("stop");
    this.#state = "closed";
    try {
      await this.#ops.shutdown();
    } finally {
      this.#closed();
    }
  }

  #expect(op: string, state: string): void {
    if (this.#state === state) return;
    throw new BusError("EINVAL", `${op} of a stream that is ${this.#state}; it must be ${state}`, { op });
  }
}
