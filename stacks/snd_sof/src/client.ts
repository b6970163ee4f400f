import type { AuxiliaryDevice, Device } from "auxbus";
import type { DebugfsDir } from "@auxbus/debugfs";
import type { SofProbesClient, SofProbesHostOps } from "./client-api.ts";
import type { FwState } from "./fw-state.ts";
import { MAX_PAYLOAD } from "./ipc3.ts";
import type { SofDevice } from "./sof-device.ts";

/** What a platform gives a client of its own. Released with the client's device. */
export interface SofClientData {
  readonly host?: SofProbesHostOps;
  release?(): void;
}

/** A client that the core has published. */
export class Client implements SofProbesClient {
  readonly host: SofProbesHostOps | undefined;
  device: AuxiliaryDevice | null = null;
  readonly #sof: SofDevice;

  constructor(sof: SofDevice, data: SofClientData | undefined) {
    this.#sof = sof;
    this.host = data?.host;
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
    this.#sof.platformModule.get("snd_sof client");
  }

  coreModulePut(): void {
    this.#sof.platformModule.put("snd_sof client");
  }

  registerRxHandler(type: number, handler: (message: Uint8Array) => void): void {
    this.#sof.events.addRx(this, type, handler);
  }

  unregisterRxHandler(type: number): void {
    this.#sof.events.removeRx(this, type);
  }

  registerFwStateHandler(handler: (state: FwState) => void): void {
    this.#sof.events.addState(this, handler);
  }

  unregisterFwStateHandler(): void {
    this.#sof.events.removeState(this);
  }
}
