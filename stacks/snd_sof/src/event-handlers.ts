import { BusError, type DriverCore } from "auxbus";
import { clientsCare, type FwState } from "./fw-state.ts";
import { ipc3Words } from "./ipc3.ts";

interface RxHandler {
  readonly owner: object;
  readonly type: number;
  readonly handle: (message: Uint8Array) => void;
}

interface StateHandler {
  readonly owner: object;
  readonly handle: (state: FwState) => void;
}

/** Who wants to hear what the firmware does. The last registered is told first. */
export class EventHandlers {
  readonly #core: DriverCore;
  #rx: readonly RxHandler[] = [];
  #state: readonly StateHandler[] = [];
  #dispatching = false;

  constructor(core: DriverCore) {
    this.#core = core;
  }

  addRx(owner: object, type: number, handle: (message: Uint8Array) => void): void {
    this.#refuseInHandler("registerRxHandler");
    if (typeof handle !== "function" || (type & 0xf000_0000) === 0) {
      throw new BusError("EINVAL", `0x${(type >>> 0).toString(16)} names no message class (its upper four bits)`, {
        op: "registerRxHandler",
      });
    }
    this.#rx = [{ owner, type: type & 0xf000_0000, handle }, ...this.#rx];
  }

  removeRx(owner: object, type: number): void {
    this.#refuseInHandler("unregisterRxHandler");
    this.#rx = this.#rx.filter((handler) => handler.owner !== owner || handler.type !== (type & 0xf000_0000));
  }

  addState(owner: object, handle: (state: FwState) => void): void {
    this.#refuseInHandler("registerFwStateHandler");
    if (typeof handle !== "function") {
      throw new BusError("EINVAL", "a firmware state handler is a function", { op: "registerFwStateHandler" });
    }
    this.#state = [{ owner, handle }, ...this.#state];
  }

  removeState(owner: object): void {
    this.#refuseInHandler("unregisterFwStateHandler");
    this.#state = this.#state.filter((handler) => handler.owner !== owner);
  }

  dispatchRx(message: Uint8Array): void {
    const type = (ipc3Words(message)[1] ?? 0) & 0xf000_0000;
    this.#dispatch(
      this.#rx.filter((handler) => handler.type === type),
      (handler) => handler.handle(message),
    );
  }

  dispatchState(state: FwState): void {
    if (clientsCare(state)) this.#dispatch(this.#state, (handler) => handler.handle(state));
  }

  /** A handler that fails keeps nobody else from hearing. */
  #dispatch<H>(handlers: readonly H[], call: (handler: H) => void): void {
    this.#dispatching = true;
    try {
      for (const handler of handlers) {
        try {
          call(handler);
        } catch (error) {
          this.#core.log.error(`a client's event handler failed: ${String(error)}`, { error });
        }
      }
    } finally {
      this.#dispatching = false;
    }
  }

  #refuseInHandler(op: string): void {
    if (!this.#dispatching) return;
    throw new BusError(
      "EDEADLK",
      `${op} was called from an event handler, which it would have to wait for; do it afterwards`,
      { op },
    );
  }
}
