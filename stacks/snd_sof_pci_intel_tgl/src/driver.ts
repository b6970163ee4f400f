import { driverDataOf, type Module } from "auxbus";
import { hardwareOf, type PciDriver } from "@auxbus/pci";
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
  return {
    name: "sof-audio-pci-intel-tgl",
    idTable: [{ vendor: INTEL, device: TIGER_LAKE_AUDIO }],
    // Removing the clients' files waits for whoever has them open, however long.
    removeTimeout: 0,

    async probe(device) {
      const hardware = hardwareOf(device, SimulatedDsp, "audio DSP");
      const pm = device.runtimePm;
      pm.setAutosuspendDelay(AUTOSUSPEND_DELAY);
      pm.useAutosuspend(true);
      pm.setActive();
      pm.getNoResume();
      pm.enable();
      try {
        const ops = new HdaPlatform(hardware);
        device.driverData = await SofDevice.probe(device, { platformModule, ops, card: "sof-hda-dsp", floodClients });
      } catch (error) {
        await pm.disable();
        pm.putNoIdle();
        throw error;
      }
      pm.markLastBusy();
      pm.put();
    },

    async remove(device) {
      await driverDataOf(device, SofDevice).remove();
      await device.runtimePm.disable();
    },

    shutdown: (device) => driverDataOf(device, SofDevice).shutdown(),

    pm: {
      prepare: (device) => driverDataOf(device, SofDevice).prepareSuspend(),
      suspend: (device) => driverDataOf(device, SofDevice).suspend(s0ix ? "D0" : "D3"),
      resume: (device) => driverDataOf(device, SofDevice).resume(),
      runtimeSuspend: (device) => driverDataOf(device, SofDevice).suspend("D3"),
      runtimeResume: (device) => driverDataOf(device, SofDevice).resume(),
      // The delay begins when the last client has gone to sleep, not with the last boot.
      runtimeIdle: (device) => device.runtimePm.markLastBusy(),
    },
  };
}
