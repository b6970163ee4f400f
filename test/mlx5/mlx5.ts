import type { Hca, ConnectX } from "@auxbus/sim_connectx";
import { plugConnectX, type PlugConnectXOptions, type PluggedConnectX } from "@auxbus/sim_nics";
import { Rig, type RigOptions } from "../nics/rig.ts";

/** A machine with one ConnectX card. */
export class Mlx5Rig {
  readonly rig: Rig;
  plugged: PluggedConnectX | null = null;

  private constructor(rig: Rig) {
    this.rig = rig;
  }

  static async of(options: RigOptions = {}): Promise<Mlx5Rig> {
    return new Mlx5Rig(await Rig.of(options));
  }

  /** A card was plugged in, and everything it wants is loaded. */
  static async up(plug: PlugConnectXOptions = {}, options: RigOptions = {}): Promise<Mlx5Rig> {
    const mlx5 = await Mlx5Rig.of(options);
    await mlx5.plug(plug);
    return mlx5;
  }

  async plug(options: PlugConnectXOptions = {}): Promise<PluggedConnectX> {
    const { rig } = this;
    const plugged = await rig.run(plugConnectX(rig.core, rig.network, options));
    rig.plugged(...plugged.functions);
    this.plugged = plugged;
    await rig.settle();
    return plugged;
  }

  get card(): ConnectX {
    if (this.plugged === null) throw new Error("no card is plugged in");
    return this.plugged.card;
  }

  hca(port = 0): Hca {
    const hca = this.card.functions[port];
    if (hca === undefined) throw new Error(`the card has no port ${port}`);
    return hca;
  }
}
