import type { DeviceSnapshot, Snapshot, UeventRecord, UeventsOptions } from "auxbus";

export interface Polled {
  /** The devices as they are now, and the kernel's number of the last uevent before. */
  readonly look: () => Promise<Pick<Snapshot, "seqnum" | "devices">>;
  /** Until it is time to look again, or the signal is aborted. */
  readonly pause: (signal?: AbortSignal) => Promise<void>;
}

/**
 * What must have happened between two looks, as uevents: for machines without udevadm. What came and went between two
 * looks is not seen, and the numbers are only about those of the kernel.
 */
export async function* polledEvents({ look, pause }: Polled, options: UeventsOptions): AsyncGenerator<UeventRecord> {
  const { signal, listening } = options;
  const isOver = (): boolean => signal?.aborted === true;
  let { seqnum, devices } = await look();
  let before = byPath(devices);
  listening?.();
  while (!isOver()) {
    await pause(signal);
    if (isOver()) return;
    const last = seqnum;
    ({ seqnum, devices } = await look());
    const now = byPath(devices);
    // A recorded machine counts none.
    seqnum = Math.max(seqnum, last + 1);
    for (const [action, device] of changes(before, now)) {
      const { path: devpath, bus, driver, modalias } = device;
      const env: Record<string, string> = {};
      if (driver !== null && action === "bind") env["DRIVER"] = driver;
      if (modalias !== null) env["MODALIAS"] = modalias;
      yield { seqnum, action, devpath, subsystem: bus ?? undefined, env, time: Date.now() };
    }
    before = now;
  }
}

type Devices = ReadonlyMap<string, DeviceSnapshot>;

function byPath(devices: readonly DeviceSnapshot[]): Devices {
  return new Map(devices.map((device) => [device.path, device]));
}

/** Children go before their parents, and come after them. */
function* changes(before: Devices, now: Devices): Generator<["add" | "remove" | "bind" | "unbind", DeviceSnapshot]> {
  for (const [path, old] of [...before].toReversed()) {
    const driver = now.get(path)?.driver ?? null;
    if (old.driver !== null && old.driver !== driver) yield ["unbind", old];
    if (!now.has(path)) yield ["remove", old];
  }
  for (const [path, device] of now) {
    const old = before.get(path);
    if (old === undefined) yield ["add", device];
    if (device.driver !== null && device.driver !== (old?.driver ?? null)) yield ["bind", device];
  }
}
