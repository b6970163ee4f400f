import type { Device } from "./device.ts";

/**
 * Puts a device at the end of the order in which devices are resumed (and, backwards, suspended and shut down),
 * and everything that depends on it behind it: its children and the consumers of its links. A child whose add is not
 * over yet keeps its place: the kernel makes it a child of its parent only then.
 */
export function movePowerOrderToEnd(device: Device): void {
  if (device.phase === "added" || device.phase === "deleting") device.powerOrder = device.core.nextPowerOrder();
  for (let child = device.firstChild; child !== null; child = child.nextSibling) {
    if (!child.adding) movePowerOrderToEnd(child);
  }
  const consumers = device.extras?.consumers;
  if (consumers === null || consumers === undefined) return;
  for (const link of consumers) movePowerOrderToEnd(link.consumer);
}
