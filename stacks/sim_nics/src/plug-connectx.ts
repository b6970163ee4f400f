import { BusError, type DriverCore } from "auxbus";
import { Dma, PciBus, type PciDevice } from "@auxbus/pci";
import { ConnectX, type ConnectXOptions, type Hca, hcaKnobs } from "@auxbus/sim_connectx";
import type { EthernetSwitch } from "@auxbus/sim_net";

/** A card in its slot. */
export interface PluggedConnectX {
  readonly card: ConnectX;
  readonly functions: readonly PciDevice[];
}

export interface PlugConnectXOptions extends ConnectXOptions {
  /** Address without function (`0000:08:00`). */
  readonly slot?: string;
  /** What is wrong with its functions from the start. */
  readonly prepare?: (hca: Hca) => void;
}

/**
 * Plugs a ConnectX card into the simulated PCI bus, a physical function for each port, one after the other. Its knobs
 * are files in the folders `simulated` of the functions.
 *
 * @param network the switch that its ports are cabled to
 */
export async function plugConnectX(
  core: DriverCore,
  network: EthernetSwitch,
  options: PlugConnectXOptions = {},
): Promise<PluggedConnectX> {
  const { slot = "0000:08:00", prepare } = options;
  const card = new ConnectX(core.runtime, Dma.of(core), network, options);
  const functions: PciDevice[] = [];
  for (const hca of card.functions) {
    prepare?.(hca);
    functions.push(await plugHca(core, `${slot}.${hca.port}`, hca));
  }
  return { card, functions };
}

/** Plugs a virtual function of a card in. @param index from 0 */
export function plugVf(
  core: DriverCore,
  { card, functions }: PluggedConnectX,
  port: number,
  index: number,
): Promise<PciDevice> {
  const slot = functions[port]?.name.replace(/\.\d$/, "");
  if (slot === undefined) throw new BusError("ENODEV", `the card has no port ${port}`, { op: "plug" });
  return plugHca(core, `${slot.replace(/..$/, "01")}.${index}`, card.makeVf(port, index));
}

function plugHca(core: DriverCore, address: string, hca: Hca): Promise<PciDevice> {
  return PciBus.of(core).plug({
    address,
    vendor: 0x15b3,
    device: hca.kind === "PF" ? 0x101d : 0x101e,
    class: 0x02_0000,
    hardware: hca,
    resetSlot: () => hca.reset(),
    attributes: { simulated: hcaKnobs(hca) },
  });
}
