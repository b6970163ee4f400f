import type { ParamValue } from "auxbus";

/** A module that was started, wherever it runs. */
export interface RunningModule {
  /** Whether it can be stopped: a module with an `init` and no `exit` stays, as in the kernel. */
  readonly canExit: boolean;
  exit(): Promise<void>;
  /** A writable parameter has a new value. A throw refuses it. */
  paramChanged(name: string, value: ParamValue): Promise<void>;
  /**
   * Replaces it by another version, with what this version's `handover` says of each device. When a device's new
   * probe fails, all go back to this version.
   *
   * @returns the devices that were handed over
   * @throws {BusError} what the new version's `init` or probe has thrown; this version goes on then
   */
  upgrade(url: string, folder: string): Promise<readonly string[]>;
}
