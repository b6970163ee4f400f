import type { DeviceSnapshot } from "auxbus";
import type { Registered } from "./registered.ts";

/**
 * Classes by what slices of cards are called: the drivers of these slices register their devices below the function or
 * sub-function that the slice is of, as `net/eth0` is beside `mlx5_core.eth.0`, not below it.
 */
const CLASSES: ReadonlyMap<string, string> = new Map([
  ["eth", "net"],
  ["rdma", "infiniband"],
  ["roce", "infiniband"],
  ["iwarp", "infiniband"],
]);

/**
 * What a driver has registered beside a slice of a card instead of below it. Which of several things are the slice's
 * own, nobody says: all of its class are told of.
 *
 * @param below what is registered below a device, by its path
 */
export async function atParent(
  { name, path, bus, driver }: DeviceSnapshot,
  below: (path: string) => Promise<readonly Registered[]> | readonly Registered[],
): Promise<readonly Registered[]> {
  if (bus !== "auxiliary" || driver === null) return [];
  const [, slice = ""] = name.split(".");
  const kind = CLASSES.get(slice);
  if (kind === undefined) return [];
  // Not of what is below another device: only what is in its parent's folder itself.
  const parent = path.slice(0, path.lastIndexOf("/"));
  const found = await below(parent);
  return found.filter((each) => each.path === `${parent}/${kind}/${each.name}`);
}
