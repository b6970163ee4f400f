import type { Device } from "./device.ts";

/**
 * Puts a device at the end of the order in which devices are resumed (and, backwards, suspended and shut down),
 * and everything that depends on it behind it: its children and the consumers of its links.
 */
export function movePowerOrderToEnd(device: Device): void {
  if (device.phase === "added" || device.phase === "deleting") device.powerOrder = device.core.nextPowerOrder();
  for (let child = device.firstChild; child !== null; child = child.nextSibling) movePowerOrderToEnd(child);
  const consumers = device.extras?.consumers;
  if (consumers === null || consumers === undefined) return;
  for (const link of consumers) movePowerOrderToEnd(link.consumer);
}
