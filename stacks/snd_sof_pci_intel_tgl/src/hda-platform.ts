import { BusError } from "auxbus";
import type { SimulatedDsp } from "@auxbus/sim_sof_dsp";
import type { SofDevice, SofDspOps, SofInterrupt, SofProbesHostOps } from "@auxbus/snd_sof";
import { HdaProbesHost } from "./hda-probes-host.ts";

const FIRMWARE_VERSION = "2.2.0-57864";

/** What the Intel HDA platform does for the SOF core: here with the registers of a simulated DSP. */
export class HdaPlatform implements SofDspOps {
  readonly #dsp: SimulatedDsp;
  readonly #probesHost: SofProbesHostOps;

  constructor(dsp: SimulatedDsp) {
    this.#dsp = dsp;
    this.#probesHost = new HdaProbesHost(dsp);
  }

  powerUp(): void {
    this.#dsp.powerUp();
  }

  powerDown(): void {
    this.#dsp.powerDown();
  }

  loadFirmware(): void {
    if (!this.#dsp.load()) throw new BusError("EIO", "the code loader's DMA did not end", { op: "load" });
  }

  run(): void {
    this.#dsp.start(FIRMWARE_VERSION);
  }

  sendMessage(message: Uint8Array): void {
    this.#dsp.write(message);
  }

  crashed(): boolean {
    return this.#dsp.state === "panicked";
  }

  setInterruptHandler(handler: ((interrupt: SofInterrupt) => void) | null): void {
    if (handler !== null && this.#dsp.onInterrupt !== null) {
      throw new BusError("EBUSY", "the DSP's interrupt is in use", { op: "irq" });
    }
    this.#dsp.onInterrupt = handler;
  }

  registerIpcClients(sof: SofDevice): Promise<void> {
    return sof.registerClient("hda-probes", 0, { host: this.#probesHost });
  }

  unregisterIpcClients(sof: SofDevice): Promise<void> {
    return sof.unregisterClient("hda-probes", 0);
  }
}
