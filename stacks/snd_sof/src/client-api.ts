import type { Device } from "auxbus";
import type { DebugfsDir } from "@auxbus/debugfs";
import type { CompressParams } from "@auxbus/sound";
import type { Heard } from "./event-handlers.ts";
import type { FwState } from "./fw-state.ts";

/** What the core shares with its clients' drivers. */
export interface SofClient {
  /**
   * Sends a message to the DSP and waits for the reply.
   *
   * @param replyBytes the longest reply that is wanted
   * @throws {BusError} `ENOBUFS` message or reply longer than `maxPayload`; `EINVAL` an unknown `ipcType`; `ENODEV`
   *   the firmware does not run; `ETIMEDOUT` no reply in 500 ms; else the error of the reply
   */
  ipcTxMessage(message: Uint8Array, replyBytes: number): Promise<Uint8Array>;
  /** The folder `sof`. */
  readonly debugfsRoot: DebugfsDir;
  /** The device that does DMA for the DSP. */
  readonly dmaDevice: Device;
  readonly fwVersion: string;
  readonly maxPayload: number;
  /** Version of the IPC protocol. */
  readonly ipcType: 3 | 4;
  readonly fwState: FwState;
  /** Pins the module of the parent's driver. @throws {BusError} `ENODEV` it is being unloaded */
  coreModuleGet(): void;
  coreModulePut(): void;
  /**
   * Hears the DSP's own messages whose class (the upper four bits of the command) is `type`. A driver takes its
   * handlers away in its `remove`; those it leaves are dropped, with a warning.
   *
   * @throws {BusError} `EINVAL` no class; `EDEADLK` called from a handler
   */
  registerRxHandler(type: number, handler: Heard<Uint8Array>): void;
  unregisterRxHandler(type: number): void;
  /** Hears that the firmware is not started, complete or crashed. @throws {BusError} `EDEADLK` called from a handler */
  registerFwStateHandler(handler: Heard<FwState>): void;
  unregisterFwStateHandler(): void;
}

/** How the host extracts probe data: the platform's part of the probes client. */
export interface SofProbesHostOps {
  /** @returns the stream's tag. @throws {BusError} `EBUSY` no DMA stream is free */
  startup(): number;
  shutdown(tag: number): void;
  setParams(tag: number, params: CompressParams): void;
  trigger(tag: number, command: "start" | "stop"): void;
  /** Bytes extracted so far. */
  pointer(tag: number): number;
}

/** The probes client also gets the host's operations. */
export interface SofProbesClient extends SofClient {
  readonly host: SofProbesHostOps | undefined;
}

declare module "auxbus" {
  interface Contracts {
    "snd_sof.ipc_flood": { readonly shared: SofClient };
    "snd_sof.msg_injector": { readonly shared: SofClient };
    "snd_sof.hda-probes": { readonly shared: SofProbesClient };
  }
}
