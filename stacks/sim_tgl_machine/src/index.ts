import type { DriverCore } from "auxbus";
import { Debugfs } from "@auxbus/debugfs";
import { PciBus, type PciDevice } from "@auxbus/pci";
import { type DspOptions, SimulatedDsp } from "@auxbus/sim_sof_dsp";

export interface ModuleContext {
  readonly core: DriverCore;
  /** `life`: milliseconds between small floods that show that something is going on (0: none). */
  readonly params?: Readonly<Record<string, string>>;
}

const machines = new WeakMap<DriverCore, { readonly device: PciDevice; stop(): void }>();

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

/** Simulated hardware: a machine with an audio DSP. */
export async function init({ core, params }: ModuleContext): Promise<void> {
  const device = await plugDsp(core);
  const period = Number(params?.["life"] ?? 0);
  machines.set(core, { device, stop: period > 0 ? floodEvery(core, period) : () => undefined });
}

export async function exit({ core }: ModuleContext): Promise<void> {
  const machine = machines.get(core);
  machine?.stop();
  await machine?.device.destroy();
}

/** Somebody who looks after the DSP now and then. */
function floodEvery(core: DriverCore, period: number): () => void {
  let stopped = false;
  const flood = async (): Promise<void> => {
    const file = "sof/ipc_flood_count";
    if (Debugfs.of(core).exists(file)) {
      await Debugfs.of(core).write(file, "100");
      const lines = (await Debugfs.of(core).read(file)).trim().split("\n");
      core.log.info(`sof: ${lines.join(", ")}`);
    }
  };
  const next = (): void => {
    if (stopped) return;
    core.runtime.setTimer(() => {
      flood()
        .catch((error: unknown) => core.log.warn(`sof: ${String(error)}`, { error }))
        .finally(next);
    }, period);
  };
  next();
  return () => {
    stopped = true;
  };
}
