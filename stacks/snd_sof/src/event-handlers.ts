import { BusError, type Device, logOf } from "auxbus";
import { clientsCare, type FwState } from "./fw-state.ts";
import { ipc3Words } from "./ipc3.ts";

/** The upper four bits of a command: its class. */
const CLASS_MASK = 0xf000_0000;

/** Hears something. May take its time, but nobody waits for it. */
export type Heard<T> = (what: T) => void | Promise<void>;

interface Handler<T> {
  /** Whose it is: one client. */
  readonly owner: object;
  readonly heard: Heard<T>;
}

interface RxHandler extends Handler<Uint8Array> {
  readonly type: number;
}

/** Who wants to hear what the firmware does. The last registered is told first. */
export class EventHandlers {
  readonly #device: Device;
  #rx: readonly RxHandler[] = [];
  #state: readonly Handler<FwState>[] = [];
  /** Dispatches that are going on, one inside the other. */
  #dispatching = 0;

  constructor(device: Device) {
    this.#device = device;
  }

  addRx(owner: object, type: number, heard: Heard<Uint8Array>): void {
    this.#refuseInHandler("registerRxHandler");
    if (typeof heard !== "function" || (type & CLASS_MASK) === 0) {
      throw new BusError(
        "EINVAL",
        `a handler for messages needs a function and a message class in the upper four bits, not 0x${(type >>> 0).toString(16)}`,
        { op: "registerRxHandler", device: this.#device.name },
      );
    }
    this.#rx = [{ owner, type: type & CLASS_MASK, heard }, ...this.#rx];
  }

  removeRx(owner: object, type: number): void {
    this.#refuseInHandler("unregisterRxHandler");
    this.#rx = this.#rx.filter((handler) => handler.owner !== owner || handler.type !== (type & CLASS_MASK));
  }

  addState(owner: object, heard: Heard<FwState>): void {
    this.#refuseInHandler("registerFwStateHandler");
    if (typeof heard !== "function") {
      throw new BusError("EINVAL", "a firmware state handler is a function", {
        op: "registerFwStateHandler",
        device: this.#device.name,
      });
    }
    this.#state = [{ owner, heard }, ...this.#state];
  }

  removeState(owner: object): void {
    this.#refuseInHandler("unregisterFwStateHandler");
    this.#state = this.#state.filter((handler) => handler.owner !== owner);
  }

  /** Drops all that a client's driver has left behind. @returns how many */
  forget(owner: object): number {
    const before = this.#rx.length + this.#state.length;
    this.#rx = this.#rx.filter((handler) => handler.owner !== owner);
    this.#state = this.#state.filter((handler) => handler.owner !== owner);
    return before - this.#rx.length - this.#state.length;
  }

  dispatchRx(message: Uint8Array): void {
    const type = (ipc3Words(message)[1] ?? 0) & CLASS_MASK;
    this.#dispatch(
      this.#rx.filter((handler) => handler.type === type),
      message,
    );
  }

  dispatchState(state: FwState): void {
    if (clientsCare(state)) this.#dispatch(this.#state, state);
  }

  /** A handler that fails keeps nobody else from hearing. */
  #dispatch<T>(handlers: readonly Handler<T>[], what: T): void {
    const failed = (error: unknown): void =>
      logOf(this.#device, "error", `a client's event handler failed: ${String(error)}`, error);
    this.#dispatching++;
    try {
      for (const { heard } of handlers) {
        try {
          heard(what)?.catch(failed);
        } catch (error) {
          failed(error);
        }
      }
    } finally {
      this.#dispatching--;
    }
  }

  #refuseInHandler(op: string): void {
    if (this.#dispatching === 0) return;
    throw new BusError(
      "EDEADLK",
      `${op} was called from an event handler, which it would have to wait for; do it afterwards`,
      { op, device: this.#device.name },
    );
  }
}
