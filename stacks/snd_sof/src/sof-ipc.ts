import { BusError, type Device, type Errno, logOf, Mutex, type Timer } from "auxbus";
import type { SofDspOps } from "./dsp-ops.ts";
import type { FwState } from "./fw-state.ts";
import { ipc3Error, ipc3Words, MAX_PAYLOAD } from "./ipc3.ts";

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

export interface SofIpcOptions {
  readonly device: Device;
  readonly ops: SofDspOps;
  /** Version of the protocol. */
  readonly type: number;
  fwState(): FwState;
  /** Called when a timeout turns out to be a crash. */
  crashed(): void;
}

/** A message that waits for its answer. */
interface Pending {
  readonly command: number;
  answered(reply: Uint8Array | null): void;
}

/** One message at a time to the DSP, and its reply. */
export class SofIpc {
  readonly #options: SofIpcOptions;
  readonly #tx = new Mutex();
  #pending: Pending | null = null;

  constructor(options: SofIpcOptions) {
    this.#options = options;
  }

  /** The DSP has answered. An answer that comes too late is nobody's. */
  replied(message: Uint8Array): void {
    const [, command] = ipc3Words(message);
    if (this.#pending?.command === command) this.#pending?.answered(message);
    else logOf(this.#options.device, "debug", `no reply expected, received 0x${(command ?? 0).toString(16)}`);
  }

  /** @throws {BusError} see `SofClient.ipcTxMessage` */
  async txMessage(message: Uint8Array, replyBytes: number): Promise<Uint8Array> {
    const { type } = this.#options;
    if (type !== 3) throw fail("EINVAL", `IPC type ${type} is unknown; the core speaks IPC3`);
    if (message.byteLength > MAX_PAYLOAD || replyBytes > MAX_PAYLOAD) {
      throw fail(
        "ENOBUFS",
        `a message of ${message.byteLength} bytes and a reply of ${replyBytes} do not fit into ${MAX_PAYLOAD}`,
      );
    }
    return this.#tx.run(() => this.#send(message, replyBytes));
  }

  async #send(message: Uint8Array, replyBytes: number): Promise<Uint8Array> {
    const { device, ops } = this.#options;
    const state = this.#options.fwState();
    if (state !== "COMPLETE") throw fail("ENODEV", `the firmware does not run (${state})`);
    const [, command = 0] = ipc3Words(message);
    const reply = await this.#exchange(message, command);
    if (reply === null) {
      const text = `ipc tx timed out for 0x${command.toString(16)} (msg/reply size: ${message.byteLength}/${replyBytes})`;
      logOf(device, "error", text);
      if (ops.crashed()) this.#options.crashed();
      throw fail("ETIMEDOUT", text);
    }
    const error = ipc3Error(reply);
    if (error < 0) throw fail(REPLY_ERRORS[error] ?? "EIO", `the DSP answered ${error}`);
    return reply.slice(0, replyBytes);
  }

  async #exchange(message: Uint8Array, command: number): Promise<Uint8Array | null> {
    let timer: Timer | undefined;
    try {
      return await new Promise((answered) => {
        this.#pending = { command, answered };
        timer = this.#options.device.core.runtime.setTimer(() => answered(null), TIMEOUT);
        this.#options.ops.sendMessage(message);
      });
    } finally {
      this.#pending = null;
      timer?.cancel();
    }
  }
}

function fail(code: Errno, message: string): BusError {
  return new BusError(code, message, { op: "ipc" });
}
