import { type AuxiliaryDevice, type Device, logOf } from "auxbus";
import type { DebugfsDir } from "@auxbus/debugfs";
import type { SofProbesClient, SofProbesHostOps } from "./client-api.ts";
import type { FwState } from "./fw-state.ts";
import type { Heard } from "./event-handlers.ts";
import { MAX_PAYLOAD } from "./ipc3.ts";
import type { SofDevice } from "./sof-device.ts";

/** What a platform gives a client of its own. Released with the client's device. */
export interface SofClientData {
  readonly host?: SofProbesHostOps;
  release?(): void;
}

/** What the core shares with the driver of one client. */
export class Client implements SofProbesClient {
  readonly host: SofProbesHostOps | undefined;
  readonly #sof: SofDevice;
  readonly #user: string;
  /** How often its driver holds the platform's module. */
  #pins = 0;

  constructor(sof: SofDevice, name: string, data: SofClientData | undefined) {
    this.#sof = sof;
    this.#user = `snd_sof client ${name}`;
    this.host = data?.host;
  }

  /**
   * Looks after what the client's driver has left behind: the kernel would call its handlers into freed memory, and
   * could never unload the platform's module. Here they are dropped, with a warning.
   */
  driverLeft(device: AuxiliaryDevice): void {
    if (this.#sof.events.forget(this) > 0) {
      logOf(device, "warn", "its driver has left without unregistering its event handlers; they are gone now");
    }
    if (this.#pins > 0) {
      logOf(device, "warn", "its driver has left without putting the core's module; it is put now");
      while (this.#pins > 0) this.coreModulePut();
    }
  }

  ipcTxMessage(message: Uint8Array, replyBytes: number): Promise<Uint8Array> {
    return this.#sof.ipc.txMessage(message, replyBytes);
  }

  get debugfsRoot(): DebugfsDir {
    return this.#sof.debugfsRoot;
  }

  get dmaDevice(): Device {
    return this.#sof.device;
  }

  get fwVersion(): string {
    return this.#sof.fwVersion;
  }

  get maxPayload(): number {
    return MAX_PAYLOAD;
  }

  get ipcType(): 3 | 4 {
    return this.#sof.ipcType;
  }

  get fwState(): FwState {
    return this.#sof.fwState;
  }

  coreModuleGet(): void {
    this.#sof.platformModule.get(this.#user);
    this.#pins++;
  }

  coreModulePut(): void {
    this.#sof.platformModule.put(this.#user);
    this.#pins--;
  }

  registerRxHandler(type: number, handler: Heard<Uint8Array>): void {
    this.#sof.events.addRx(this, type, handler);
  }

  unregisterRxHandler(type: number): void {
    this.#sof.events.removeRx(this, type);
  }

  registerFwStateHandler(handler: Heard<FwState>): void {
    this.#sof.events.addState(this, handler);
  }

  unregisterFwStateHandler(): void {
    this.#sof.events.removeState(this);
  }
}
