import type { BusView, SysfsEntry } from "auxbus";

/**
 * What is in a folder, as far as a snapshot can name it: network interfaces may be called anything, also what would
 * disturb the terminal on which a snapshot is shown, and no reader takes such a file.
 *
 * @throws {BusError} as `BusView.list`
 */
export async function listed(view: Pick<BusView, "list">, folder: string): Promise<readonly SysfsEntry[]> {
  const entries = await view.list(folder);
  return entries.filter(({ name, target = "" }) => !/\p{Cc}/u.test(name + target));
}
