import type { AuxiliaryDevice, ContractName, Shared } from "auxbus";
import type { Rig } from "./rig.ts";

/** What the first slice of a kind shares with the driver that is bound to it. */
export function sharedOf<Name extends ContractName>({ core }: Rig, name: Name): Shared<Name> {
  const isOf = (device: AuxiliaryDevice): device is AuxiliaryDevice<Name> => device.matchName === name;
  const slice = [...core.auxiliary.devices()].find(isOf);
  if (slice === undefined) throw new Error(`there is no slice ${name}`);
  return slice.shared;
}
