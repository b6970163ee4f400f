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
  pointer(): number | Promise<number>;
  /** Takes up to `bytes` captured bytes. */
  copy(bytes: number): Uint8Array | Promise<Uint8Array>;
}

export type CompressState = "open" | "prepared" | "running" | "closed";

/** An open capture stream: open → setParams → start → copy … → stop → close. */
export class CompressStream {
  readonly #ops: CompressOps;
  readonly #closed: () => void;
  #state: CompressState = "open";
  #closing: Promise<void> | null = null;
  #last: Promise<void> = Promise.resolve();

  /** @param closed called once, when the stream is closed */
  private constructor(ops: CompressOps, closed: () => void) {
    this.#ops = ops;
    this.#closed = closed;
  }

  /** @internal Use `Sound.openCapture`. */
  static async open(ops: CompressOps, closed: () => void): Promise<CompressStream> {
    await ops.startup();
    return new CompressStream(ops, closed);
  }

  get state(): CompressState {
    return this.#state;
  }

  setParams(params: CompressParams): Promise<void> {
    return this.#step("setParams", "open", "prepared", () => this.#ops.setParams(params));
  }

  start(): Promise<void> {
    return this.#step("start", "prepared", "running", () => this.#ops.trigger("start"));
  }

  stop(): Promise<void> {
    return this.#step("stop", "running", "prepared", () => this.#ops.trigger("stop"));
  }

  /** @throws {BusError} `EINVAL` the stream is closed */
  async pointer(): Promise<number> {
    if (this.#state === "closed") throw this.#fail("pointer", "open");
    return this.#ops.pointer();
  }

  /** @throws {BusError} `EINVAL` the stream does not run */
  async copy(bytes: number): Promise<Uint8Array> {
    this.#expect("copy", "running");
    return this.#ops.copy(bytes);
  }

  /** Stops and closes the stream; resolves when the driver has let go, whoever began it. */
  close(): Promise<void> {
    return (this.#closing ??= this.#alone(() => this.#close()));
  }

  async #close(): Promise<void> {
    const running = this.#state === "running";
    this.#state = "closed";
    try {
      if (running) await this.#ops.trigger("stop");
    } finally {
      try {
        await this.#ops.shutdown();
      } finally {
        this.#closed();
      }
    }
  }

  /** @throws {BusError} `EINVAL` the stream is not in the state `from` */
  #step(op: string, from: CompressState, to: CompressState, fn: () => Promise<void>): Promise<void> {
    return this.#alone(async () => {
      this.#expect(op, from);
      await fn();
      this.#state = to;
    });
  }

  /** The driver is told one thing at a time, in the order of the calls. */
  #alone(fn: () => Promise<void>): Promise<void> {
    const turn = this.#last.then(fn);
    this.#last = turn.catch(() => undefined);
    return turn;
  }

  #expect(op: string, state: CompressState): void {
    if (this.#state !== state) throw this.#fail(op, state);
  }

  #fail(op: string, state: CompressState): BusError {
    return new BusError("EINVAL", `${op} of a stream that is ${this.#state}; it must be ${state}`, { op });
  }
}
