import { type IntelNic, OICR } from "@auxbus/sim_intel_nic";
import { plugIntel, type PlugIntelOptions, type PluggedIntel } from "@auxbus/sim_nics";
import { Rig, type RigOptions } from "../nics/rig.ts";

/** A machine with Intel network functions. */
export class IntelRig {
  readonly rig: Rig;
  readonly plugged: PluggedIntel[] = [];

  private constructor(rig: Rig) {
    this.rig = rig;
  }

  static async of(options: RigOptions = {}): Promise<IntelRig> {
    return new IntelRig(await Rig.of(options));
  }

  /** Functions were plugged in, everything they want is loaded, and the log is empty. */
  static async up(plug: PlugIntelOptions, options: RigOptions = {}): Promise<IntelRig> {
    const intel = await IntelRig.of(options);
    await intel.plug(plug);
    intel.rig.since();
    intel.rig.said();
    return intel;
  }

  async plug(options: PlugIntelOptions): Promise<void> {
    const { rig } = this;
    const plugged = await rig.run(plugIntel(rig.core, rig.network, options));
    rig.plugged(...plugged.map(({ device }) => device));
    this.plugged.push(...plugged);
    await rig.settle();
  }

  nic(i = 0): IntelNic {
    const nic = this.plugged[i]?.nic;
    if (nic === undefined) throw new Error(`there is no function ${i}`);
    return nic;
  }

  /** A reset of the first function begins, and goes on for 50 ms and more. */
  async beginReset(): Promise<void> {
    this.nic().faults.resetLatency = 100;
    this.nic().raise(OICR.HMC_ERR);
    await this.rig.pass(50);
  }
}
