import type { DriverCore } from "auxbus";
import { Debugfs } from "@auxbus/debugfs";
import { PciBus, type PciDevice } from "@auxbus/pci";
import { type DspOptions, SimulatedDsp } from "@auxbus/sim_sof_dsp";

/** Plugs the audio DSP of a Tiger Lake machine into the simulated PCI bus. */
export function plugDsp(core: DriverCore, options?: DspOptions): Promise<PciDevice> {
  return PciBus.of(core).plug({
    address: "0000:00:1f.3",
    vendor: 0x8086,
    device: 0xa0c8,
    class: 0x040100,
    hardware: new SimulatedDsp(core.runtime, options),
  });
}

/** A machine, and somebody who uses it. */
export class Machine {
  readonly #core: DriverCore;
  #dsp: PciDevice | null = null;
  #stopped = false;
  #busy: Promise<void> = Promise.resolve();

  constructor(core: DriverCore) {
    this.#core = core;
  }

  async plug(): Promise<void> {
    this.#dsp = await plugDsp(this.#core);
  }

  async unplug(): Promise<void> {
    const dsp = this.#dsp;
    this.#dsp = null;
    await dsp?.destroy();
  }

  /** Measures the DSP's IPC twice, unplugs it, plugs it in again, and so on; one of it every `period` ms. */
  live(period: number): void {
    const steps = [() => this.#flood(), () => this.#flood(), () => this.unplug(), () => this.plug()];
    const next = (turn: number): void => {
      this.#core.runtime.setTimer(() => {
        if (this.#stopped) return;
        const step = steps[turn % steps.length];
        this.#busy = (step?.() ?? Promise.resolve()).catch((error: unknown) =>
          this.#core.log.warn(`sim_tgl_machine: ${String(error)}`, { error }),
        );
        void this.#busy.then(() => next(turn + 1));
      }, period);
    };
    next(0);
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#busy;
    await this.unplug();
  }

  async #flood(): Promise<void> {
    const file = "sof/ipc_flood_count";
    const debugfs = Debugfs.of(this.#core);
    if (!debugfs.exists(file)) return;
    await debugfs.write(file, "100");
    const lines = (await debugfs.read(file)).trim().split("\n");
    this.#core.log.info(`sof: ${lines.join(", ")}`);
  }
}
