import { BusError, type Module } from "auxbus";
import type { PciDevice, PciDriver } from "@auxbus/pci";
import { SimulatedDsp } from "@auxbus/sim_sof_dsp";
import { SofDevice } from "@auxbus/snd_sof";
import { HdaPlatform } from "./hda-platform.ts";

/** Milliseconds after the last client went to sleep that the DSP is powered down. */
const AUTOSUSPEND_DELAY = 2000;

const INTEL = 0x8086;
const TIGER_LAKE_AUDIO = 0xa0c8;

export interface TglOptions {
  /** A system suspend is S0ix: the DSP stays awake (no). */
  readonly s0ix?: boolean;
  /** How many flood test clients (1 to 32, 2). */
  readonly floodClients?: number;
}

/** The glue between the PCI function of a Tiger Lake audio DSP and the SOF core. */
export function tglDriver(platformModule: Module, { s0ix = false, floodClients = 2 }: TglOptions = {}): PciDriver {
  const sofs = new WeakMap<PciDevice, SofDevice>();
  const sofOf = (device: PciDevice): SofDevice => {
    const sof = sofs.get(device);
    if (sof === undefined) throw new BusError("ENODEV", `${device.name} is not bound`, { device: device.name });
    return sof;
  };
  return {
    name: "sof-audio-pci-intel-tgl",
    idTable: [{ vendor: INTEL, device: TIGER_LAKE_AUDIO }],
    // Removing the clients' files waits for whoever has them open, however long.
    removeTimeout: 0,

    async probe(device) {
      const { hardware } = device;
      if (!(hardware instanceof SimulatedDsp)) {
        throw new BusError("ENODEV", `${device.name} is no audio DSP that this driver knows`, {
          op: "probe",
          device: device.name,
        });
      }
      const pm = device.runtimePm;
      pm.setAutosuspendDelay(AUTOSUSPEND_DELAY);
      pm.useAutosuspend(true);
      pm.setActive();
      pm.getNoResume();
      pm.enable();
      try {
        const ops = new HdaPlatform(hardware);
        sofs.set(device, await SofDevice.probe(device, { platformModule, ops, card: "sof-hda-dsp", floodClients }));
      } catch (error) {
        await pm.disable();
        pm.putNoIdle();
        throw error;
      }
      pm.markLastBusy();
      pm.put();
    },

    async remove(device) {
      await sofOf(device).remove();
      sofs.delete(device);
      await device.runtimePm.disable();
    },

    shutdown: (device) => sofOf(device).shutdown(),

    pm: {
      prepare: (device) => sofOf(device).prepareSuspend(),
      suspend: (device) => sofOf(device).suspend(s0ix ? "D0" : "D3"),
      resume: (device) => sofOf(device).resume(),
      runtimeSuspend: (device) => sofOf(device).suspend("D3"),
      runtimeResume: (device) => sofOf(device).resume(),
      // The delay begins when the last client has gone to sleep, not with the last boot.
      runtimeIdle: (device) => device.runtimePm.markLastBusy(),
    },
  };
}
