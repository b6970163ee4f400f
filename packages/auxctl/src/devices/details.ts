import type { BusView, DeviceSnapshot } from "auxbus";
import { type Interrupt, interruptsOf } from "./interrupts.ts";
import { atParent } from "./at-parent.ts";
import type { Folders } from "./folders.ts";
import { amongBuses, type Registered, registeredBelow } from "./registered.ts";

/** What the folder of a device tells beside what all devices have. */
export interface DeviceDetails {
  readonly registered: readonly Registered[];
  /** What the driver of a slice of a card has registered below the card's function: it is among what that one has. */
  readonly registeredAtParent: readonly Registered[];
  /** The number that an administrator has given a sub-function. */
  readonly sfnum: number | null;
  readonly interrupts: readonly Interrupt[];
}

/**
 * The details of devices by their paths; of those on no bus, which have no driver, none.
 *
 * @param among all devices, if they are more: what is registered is not one of them
 */
export async function detailsOf(
  view: Pick<BusView, "list" | "read">,
  devices: readonly DeviceSnapshot[],
  among: readonly DeviceSnapshot[] = devices,
): Promise<ReadonlyMap<string, DeviceDetails>> {
  const isShown = amongBuses(among);
  const all = new Map<string, DeviceDetails>();
  const known = new Map<string, readonly Registered[]>();
  const below = async (path: string, folders: Folders = view): Promise<readonly Registered[]> => {
    const found = known.get(path) ?? (await registeredBelow(folders, path, isShown));
    known.set(path, found);
    return found;
  };
  for (const device of devices) {
    const { path, bus } = device;
    if (bus === null) continue;
    let names: readonly string[] = [];
    // Its folder is looked into once for everything.
    const noting: Folders = {
      list: async (folder) => {
        const entries = await view.list(folder);
        if (`/${folder}` === path) names = entries.map(({ name }) => name);
        return entries;
      },
    };
    const registered = await below(path, noting);
    const registeredAtParent = await atParent(device, below);
    // Without driver it is that of nobody.
    const shown = device.driver === null ? names.filter((name) => name !== "irq") : names;
    const sfnum = names.includes("sfnum") ? await sfnumOf(view, path) : null;
    all.set(path, { registered, registeredAtParent, sfnum, interrupts: await interruptsOf(view, path, shown) });
  }
  return all;
}

/** The number of a sub-function; null when it has none. */
export async function sfnumOf(view: Pick<BusView, "read">, path: string): Promise<number | null> {
  // It goes with the driver.
  const text = await view.read(`${path.slice(1)}/sfnum`).catch(() => "");
  return /^\d+\s*$/.test(text) ? Number(text) : null;
}

/** The most of it in words: `sfnum 88, net eth0, infiniband mlx5_0`, `at its parent: net eth0`. */
export function detailsText({
  registered,
  registeredAtParent,
  sfnum,
}: Pick<DeviceDetails, "registered" | "registeredAtParent" | "sfnum">): string {
  const words = (things: readonly Registered[]): readonly string[] =>
    things.map(({ subsystem, name }) => `${subsystem} ${name}`);
  const own = [...(sfnum === null ? [] : [`sfnum ${sfnum}`]), ...words(registered)].join(", ");
  const there = registeredAtParent.length === 0 ? "" : `at its parent: ${words(registeredAtParent).join(", ")}`;
  return [own, there].filter((text) => text !== "").join("; ");
}
