import { BusError, type BusView, Device, DriverCore, deferProbe, errnoOf } from "auxbus";
import { gather, type SnapshotFile } from "@auxbus/snapshot";
import { VirtualRuntime } from "@auxbus/testing";

/** Attributes that say which machine it is. */
export const SECRETS = {
  mac: "0c:42:a1:5b:7e:10",
  ip: "192.168.17.23",
  ipv6: "fe80::e42:a1ff:fe5b:7e10",
  serial: "MT2031X00417",
  guid: "0c42:a103:005b:7e10",
  host: "db17",
} as const;

export const NIC = "/devices/0000:03:00.0";

/** A card with a bound slice, one that waits, and one that nobody wants. */
export async function makeBus(core = new DriverCore({ runtime: new VirtualRuntime() })): Promise<DriverCore> {
  const show = (text: string) => ({ show: () => `${text}\n` });
  const nic = core.addRootDevice("0000:03:00.0", {
    attributes: {
      serial_number: show(SECRETS.serial),
      vendor: show("0x15b3"),
      firmware: show(`fw of ${SECRETS.host.toUpperCase()}.example.com, board ${SECRETS.serial}`),
      eeprom: show("\u0000\u0001\u0002"),
      reset: { store: () => {} },
      tuning: { ...show("7"), store: () => {} },
      stuck: {
        show: () => {
          throw new BusError("EIO", "the firmware does not answer");
        },
      },
      ports: { first: show(SECRETS.guid), sys_image_guid: show(SECRETS.guid) },
    },
  });
  const name = `enx${SECRETS.mac.replaceAll(":", "")}`;
  const attributes = { address: show(SECRETS.mac), addresses: show(`${SECRETS.ip} ${SECRETS.ipv6}`) };
  await new Device(core, { name, parent: nic, class: "net", attributes }).add();
  const eth = await core.auxiliary.create(nic, { module: "nic", name: "eth" });
  const rdma = await core.auxiliary.create(nic, { module: "nic", name: "rdma" });
  await core.auxiliary.create(nic, { module: "nic", name: "vdpa" });
  core.link(rdma, eth);
  await core.auxiliary.register({ name: "eth", idTable: [{ name: "nic.eth" }], probe() {} }, { module: "eth_drv" });
  await core.auxiliary.register(
    { name: "rdma", idTable: [{ name: "nic.rdma" }], probe: () => deferProbe("waiting for firmware") },
    { module: "rdma_drv" },
  );
  return core;
}

export function snapshotOf(view: BusView): Promise<SnapshotFile> {
  return gather(view, {
    tool: "test 1",
    source: "a host",
    machine: `${SECRETS.host}.example.com`,
    time: 1_700_000_000_000,
  });
}

/** All that can be seen below some folders: entries, contents, and what cannot be read. */
export async function everythingBelow(view: BusView, folders: readonly string[]): Promise<Record<string, unknown>> {
  const seen: Record<string, unknown> = {};
  const look = async (folder: string): Promise<void> => {
    const entries = await view.list(folder);
    seen[folder] = entries;
    for (const { name, kind } of entries) {
      const path = `${folder}/${name}`;
      if (kind === "folder") await look(path);
      else if (kind === "file") seen[path] = await view.read(path).catch(errnoOf);
    }
  };
  for (const folder of folders) await look(folder);
  return seen;
}
