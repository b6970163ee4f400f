import { BusError, type Module } from "auxbus";
import type { PciDevice, PciDriver } from "@auxbus/pci";
import { SimulatedDsp } from "@auxbus/sim_sof_dsp";
import { SofDevice } from "@auxbus/snd_sof";
import { HdaPlatform } from "./hda-platform.ts";

/** Milliseconds after the last client went to sleep that the DSP is powered down. */
const AUTOSUSPEND_DELAY = 2000;

const INTEL = 0x8086;
const TIGER_LAKE_AUDIO = 0xa0c8;

/** The glue between the PCI function of a Tiger Lake audio DSP and the SOF core. */
export function tglDriver(module: Module): PciDriver {
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
        sofs.set(device, await SofDevice.probe(device, { platformModule: module, ops, card: "sof-hda-dsp" }));
      } catch (error) {
        await pm.disable();
        pm.putNoIdle();
        throw error;
      }
      pm.markLastBusy();
      pm.put();
    },

    async remove(device) {
      const pm = device.runtimePm;
      await sofOf(device).remove();
      sofs.delete(device);
      await pm.disable();
    },

    shutdown: (device) => void sofOf(device),

    pm: {
      prepare: (device) => sofOf(device).prepareSuspend(),
      suspend: (device) => sofOf(device).suspend("D3"),
      resume: (device) => sofOf(device).resume(),
      runtimeSuspend: (device) => sofOf(device).suspend("D3"),
      runtimeResume: (device) => sofOf(device).resume(),
    },
  };
}
