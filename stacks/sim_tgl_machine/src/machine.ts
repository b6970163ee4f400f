import type { DriverCore } from "auxbus";
import { Debugfs } from "@auxbus/debugfs";
import type { PciDevice } from "@auxbus/pci";
import type { MachineParams } from "./params.ts";
import { plugDsp } from "./plug-dsp.ts";

/** A machine, and somebody who uses it. */
export class Machine {
  readonly #core: DriverCore;
  readonly #params: MachineParams;
  #dsp: PciDevice | null = null;
  #stopped = false;
  #busy: Promise<void> = Promise.resolve();

  constructor(core: DriverCore, params: MachineParams) {
    this.#core = core;
    this.#params = params;
  }

  /** @throws {BusError} `EINVAL` a parameter that its knob does not take */
  async plug(): Promise<void> {
    this.#dsp = await plugDsp(this.#core, this.#params.options, this.#params.knobs);
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
