import { BusError, type Device, logOf } from "auxbus";
import type { SofDspOps } from "./dsp-ops.ts";
import { FW_STATES, type FwState } from "./fw-state.ts";

/** Milliseconds in which the firmware must say that it is ready. */
const BOOT_TIMEOUT = 2000;

/** Version of the protocol that the core speaks. */
const ABI_MAJOR = 3;

/** The firmware of one DSP: where it is in its life, and how it gets from there to the next. */
export class Firmware {
  readonly #device: Device;
  readonly #ops: SofDspOps;
  readonly #changed: (state: FwState) => void;
  #state: FwState = "NOT_STARTED";
  #version = "";
  #booting: (() => void) | null = null;

  /** @param changed called after every change of the state */
  constructor(device: Device, ops: SofDspOps, changed: (state: FwState) => void) {
    this.#device = device;
    this.#ops = ops;
    this.#changed = changed;
  }

  get state(): FwState {
    return this.#state;
  }

  get version(): string {
    return this.#version;
  }

  /** Powers the DSP up, loads the firmware and waits until it runs. @throws {BusError} `EIO` it does not */
  async boot(): Promise<void> {
    this.#set("PREPARE");
    try {
      this.#ops.powerUp();
      this.#ops.loadFirmware();
    } catch (error) {
      throw this.#failed("failed to load DSP firmware", error);
    }
    this.#set("IN_PROGRESS");
    await this.#started();
    if (this.#state !== "READY_OK") {
      const why =
        this.#state === "IN_PROGRESS" ? `it was not ready in ${BOOT_TIMEOUT} ms` : "it speaks another protocol version";
      throw this.#failed("failed to boot DSP firmware", why);
    }
    this.#set("COMPLETE");
  }

  /** Resolves when the firmware has said that it is ready, or has not for too long. */
  #started(): Promise<void> {
    return new Promise((resolve) => {
      const end = (): void => {
        this.#booting = null;
        timer.cancel();
        resolve();
      };
      const timer = this.#device.core.runtime.setTimer(end, BOOT_TIMEOUT);
      this.#booting = end;
      this.#ops.run();
    });
  }

  #failed(text: string, cause: unknown): BusError {
    this.#set("FAILED");
    this.#ops.powerDown();
    const { name } = this.#device;
    const error = new BusError("EIO", `${text} of ${name}: ${cause instanceof Error ? cause.message : String(cause)}`, {
      op: "boot",
      device: name,
      cause,
    });
    logOf(this.#device, "error", `error: ${text}`, error);
    return error;
  }

  /** The firmware says that it is ready. */
  ready(version: string, abi: number): void {
    if (this.#booting === null) return;
    this.#version = version;
    this.#set(abi === ABI_MAJOR ? "READY_OK" : "READY_FAILED");
    this.#booting();
  }

  /** Takes the power away. */
  stop(): void {
    this.#ops.powerDown();
    this.#set("NOT_STARTED");
  }

  crashed(): void {
    this.#set("CRASHED");
  }

  #set(state: FwState): void {
    if (this.#state === state) return;
    const number = (of: FwState): number => FW_STATES.indexOf(of);
    logOf(this.#device, "debug", `fw_state change: ${number(this.#state)} -> ${number(state)}`);
    this.#state = state;
    this.#changed(state);
  }
}
