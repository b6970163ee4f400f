import { BusError, type DriverCore, type Errno, type Timer } from "auxbus";
import type { SofDspOps } from "./dsp-ops.ts";
import type { FwState } from "./fw-state.ts";
import { ipc3Error, ipc3Words, MAX_PAYLOAD } from "./ipc3.ts";
import { Mutex } from "./mutex.ts";

/** Milliseconds in which the DSP must answer. */
const TIMEOUT = 500;

/** Errno names of the firmware's error numbers. */
const REPLY_ERRORS: Readonly<Record<number, Errno>> = {
  [-5]: "EIO",
  [-12]: "ENOMEM",
  [-16]: "EBUSY",
  [-19]: "ENODEV",
  [-22]: "EINVAL",
  [-95]: "EOPNOTSUPP",
};

/** One message at a time to the DSP, and its reply. */
export class SofIpc {
  readonly #core: DriverCore;
  readonly #ops: SofDspOps;
  readonly #fwState: () => FwState;
  readonly #crashed: () => void;
  readonly #tx = new Mutex();
  #reply: ((message: Uint8Array | null) => void) | null = null;

  /** @param crashed called when a timeout turns out to be a crash */
  constructor(core: DriverCore, ops: SofDspOps, fwState: () => FwState, crashed: () => void) {
    this.#core = core;
    this.#ops = ops;
    this.#fwState = fwState;
    this.#crashed = crashed;
  }

  /** The DSP has answered. */
  replied(message: Uint8Array): void {
    this.#reply?.(message);
  }

  /** @throws {BusError} see `SofClient.ipcTxMessage` */
  txMessage(message: Uint8Array, replyBytes: number): Promise<Uint8Array> {
    return this.#tx.run(async () => {
      if (message.byteLength > MAX_PAYLOAD || replyBytes > MAX_PAYLOAD) {
        throw fail(
          "ENOBUFS",
          `a message of ${message.byteLength} bytes and a reply of ${replyBytes} do not fit into ${MAX_PAYLOAD}`,
        );
      }
      if (this.#fwState() !== "COMPLETE") throw fail("ENODEV", `the firmware does not run (${this.#fwState()})`);
      const reply = await this.#exchange(message);
      if (reply === null) {
        const [, command = 0] = ipc3Words(message);
        const text = `ipc tx timed out for 0x${command.toString(16)} (msg/reply size: ${message.byteLength}/${replyBytes})`;
        this.#core.log.error(text);
        if (this.#ops.crashed()) this.#crashed();
        throw fail("ETIMEDOUT", text);
      }
      const error = ipc3Error(reply);
      if (error < 0) throw fail(REPLY_ERRORS[error] ?? "EIO", `the DSP answered ${error}`);
      return reply.slice(0, replyBytes);
    });
  }

  async #exchange(message: Uint8Array): Promise<Uint8Array | null> {
    let timer: Timer | undefined;
    try {
      return await new Promise((resolve) => {
        this.#reply = resolve;
        timer = this.#core.runtime.setTimer(() => resolve(null), TIMEOUT);
        this.#ops.sendMessage(message);
      });
    } finally {
      this.#reply = null;
      timer?.cancel();
    }
  }
}

function fail(code: Errno, message: string): BusError {
  return new BusError(code, message, { op: "ipc" });
}
