import { type Device, DriverCore } from "auxbus";
import { VirtualRuntime } from "@auxbus/testing";
import { beforeEach, describe, expect, test } from "vitest";
import type { NetDevice } from "./net-device.ts";
import { NetDevices } from "./net-devices.ts";

let runtime: VirtualRuntime;
let core: DriverCore;
let parent: Device;
let netdevs: NetDevices;
let events: string[];

beforeEach(() => {
  runtime = new VirtualRuntime();
  core = new DriverCore({ runtime });
  parent = core.addRootDevice("nic");
  netdevs = NetDevices.of(core);
  events = [];
  netdevs.subscribe(({ type, dev, upper, address }) => {
    const more = upper === undefined ? (address ?? "") : `${upper.linking ? "to" : "from"} ${upper.name}`;
    events.push(`${type} ${dev.name} ${more}`.trim());
  });
});

/** Two devices with a cable between them. */
async function pair(): Promise<[NetDevice, NetDevice]> {
  const ends: NetDevice[] = [];
  for (const n of [0, 1]) {
    ends.push(
      await netdevs.register({
        name: "eth%d",
        parent,
        mac: `02:00:00:00:00:0${n}`,
        ops: {
          xmit(frame) {
            runtime.defer(() => ends[1 - n]?.receive(frame));
            return true;
          },
        },
      }),
    );
  }
  const [a, b] = ends;
  if (a === undefined || b === undefined) throw new Error("two were made");
  a.setCarrier(true);
  b.setCarrier(true);
  return [a, b];
}

async function up(): Promise<[NetDevice, NetDevice]> {
  const [a, b] = await pair();
  for (const [i, { name }] of [a, b].entries()) {
    await netdevs.setUp(name, true);
    await netdevs.addAddress(name, `10.0.0.${i + 1}`);
  }
  events.splice(0);
  return [a, b];
}

describe("devices", () => {
  test("are named by the lowest free number, numbered on, and seen below their parents and in /sys/class/net", async () => {
    const [a, b] = await pair();
    expect([a.name, a.ifindex, b.name, b.ifindex]).toEqual(["eth0", 2, "eth1", 3]);
    await netdevs.unregister(a);
    await netdevs.unregister(a);
    const [c] = await pair();
    expect([c.name, c.ifindex]).toEqual(["eth0", 4]);
    expect(core.sysfs.read("class/net/eth1/address")).toBe("02:00:00:00:00:01\n");
    expect(core.sysfs.read("devices/nic/net/eth1/operstate")).toBe("down\n");
    expect(core.sysfs.read("devices/nic/net/eth1/statistics/rx_packets")).toBe("0\n");
  });

  test("go up and down, and change their MTU; a driver may refuse", async () => {
    const dev = await netdevs.register({
      name: "x0",
      parent,
      mac: "02:00:00:00:00:09",
      mtuRange: [100, 2000],
      ops: {
        xmit: () => true,
        open: () => Promise.reject(new Error("no power")),
        changeMtu: (mtu) => (mtu === 666 ? Promise.reject(new Error("not that")) : undefined),
      },
    });
    await expect(netdevs.setUp("x0", true)).rejects.toThrow("no power");
    expect(dev.up).toBe(false);
    await expect(netdevs.setMtu("x0", 666)).rejects.toThrow("not that");
    await expect(netdevs.setMtu("x0", 99)).rejects.toThrow(/EINVAL.*100 to 2000/);
    await netdevs.setMtu("x0", 1000);
    expect(dev.mtu).toBe(1000);
    await expect(netdevs.setUp("y0", true)).rejects.toThrow("ENODEV: there is no network device y0; there are x0");
    await expect(
      netdevs.register({ name: "x0", parent, mac: "02:00:00:00:00:08", ops: { xmit: () => true } }),
    ).rejects.toThrow(/EEXIST/);
    await expect(netdevs.register({ name: "z0", parent, mac: "nonsense", ops: { xmit: () => true } })).rejects.toThrow(
      /EINVAL/,
    );
  });

  test("tell of themselves, also to who comes later, under the RTNL", async () => {
    const [a] = await up();
    const later: string[] = [];
    const listening = netdevs.subscribe(({ type, dev }) => void later.push(`${type} ${dev.name}`));
    expect(later).toEqual(["REGISTER eth0", "UP eth0", "REGISTER eth1", "UP eth1"]);
    const locked: boolean[] = [];
    netdevs.subscribe(() => void locked.push(netdevs.rtnl.locked));
    locked.splice(0);
    await netdevs.setMtu("eth0", 2000);
    a.setCarrier(false);
    listening[Symbol.dispose]();
    await netdevs.unregister(a);
    expect(events).toEqual([
      "CHANGEMTU eth0",
      "CHANGE eth0",
      "DOWN eth0",
      "ADDR_DOWN eth0 10.0.0.1",
      "UNREGISTER eth0",
    ]);
    expect(later.slice(4)).toEqual(["CHANGEMTU eth0", "CHANGE eth0"]);
    expect(locked).toEqual([true, false, true, true, true]);
  });

  test("a listener that fails harms nobody", async () => {
    const said: string[] = [];
    core.log.subscribe(({ level, message }) => void (level === "error" && said.push(message)));
    netdevs.subscribe(() => {
      throw new Error("no");
    });
    await pair();
    expect(said[0]).toBe("eth0: a notifier failed: no");
  });
});

describe("frames", () => {
  test("travel: ping finds the neighbour, and is answered", async () => {
    const [a, b] = await up();
    expect(await runtime.complete(netdevs.inet.ping(a, "10.0.0.2"))).toBe(0);
    expect(a.stats).toMatchObject({ txPackets: 2, rxPackets: 2, txDropped: 0 });
    await runtime.complete(netdevs.inet.ping(b, "10.0.0.1", 1000));
    expect(b.stats.txPackets, "it knows the neighbour").toBe(3);
  });

  test("nobody answers for an address that nobody has", async () => {
    const [a] = await up();
    const asking = netdevs.inet.resolve(a, "10.0.0.77");
    asking.catch(() => undefined);
    await runtime.advance(3000);
    await expect(asking).rejects.toMatchObject({ code: "EHOSTUNREACH" });
    await expect(netdevs.inet.resolve(a, "10.0.0.300")).rejects.toMatchObject({ code: "EINVAL" });
    expect(runtime.timers).toBe(0);
  });

  test("are refused where they cannot go, and dropped where nobody wants them", async () => {
    const [a, b] = await up();
    await runtime.complete(netdevs.inet.ping(a, "10.0.0.2"));
    await expect(netdevs.inet.ping(a, "10.0.0.2", 2000)).rejects.toMatchObject({ code: "EMSGSIZE" });
    await netdevs.setUp("eth1", false);
    const unanswered = netdevs.inet.ping(a, "10.0.0.2");
    unanswered.catch(() => undefined);
    await runtime.advance(1000);
    await expect(unanswered).rejects.toMatchObject({ code: "ETIMEDOUT" });
    expect(b.stats.rxDropped).toBe(1);
    a.setCarrier(false);
    await expect(netdevs.inet.ping(a, "10.0.0.2")).rejects.toMatchObject({ code: "ENETDOWN" });
    expect(runtime.timers).toBe(0);
  });

  test("that are no frames are dropped", async () => {
    const [a] = await up();
    for (const junk of [new Uint8Array(3), new Uint8Array(14), new Uint8Array(20).fill(255)]) {
      a.receive(junk);
    }
    expect(a.stats.rxPackets).toBe(3);
  });
});

test("an answer that cannot be sent harms nobody: the link has gone, or it is longer than the MTU", async () => {
  const [a, b] = await up();
  await runtime.complete(netdevs.inet.ping(a, "10.0.0.2"));
  await netdevs.setMtu("eth1", 500);
  const said: string[] = [];
  core.log.subscribe(({ level, message }) => void (level !== "debug" && said.push(message)));
  const dropped = b.stats.txDropped;
  const ping = async (): Promise<void> => {
    const unanswered = netdevs.inet.ping(a, "10.0.0.2", 1000);
    unanswered.catch(() => undefined);
    await runtime.advance(1000);
    await expect(unanswered).rejects.toMatchObject({ code: "ETIMEDOUT" });
  };
  await ping();
  expect(b.stats.txDropped, "counted where it was lost").toBe(dropped + 1);
  await netdevs.setMtu("eth1", 1500);
  b.setCarrier(false);
  await ping();
  expect(b.stats.txDropped).toBe(dropped + 2);
  expect(said.filter((line) => !line.startsWith("eth1: Link"))).toEqual([]);
});

describe("bonds", () => {
  test("look like one device; each slave tells that it joins and leaves", async () => {
    await pair();
    await netdevs.addBond("bond0", "active-backup");
    events.splice(0);
    await netdevs.enslave("eth0", "bond0");
    await netdevs.enslave("eth1", "bond0");
    expect(events.filter((event) => event.includes("UPPER"))).toEqual([
      "CHANGEUPPER eth0 to bond0",
      "CHANGEUPPER eth1 to bond0",
    ]);
    expect(netdevs.bonds()).toEqual([
      { name: "bond0", mode: "active-backup", slaves: ["eth0", "eth1"], active: "eth0" },
    ]);
    const bond = netdevs.get("bond0");
    expect([bond.mac, bond.carrier]).toEqual(["02:00:00:00:00:00", true]);
    expect(core.sysfs.exists("class/net/bond0")).toBe(true);
    await expect(netdevs.enslave("eth0", "bond0")).rejects.toMatchObject({ code: "EBUSY" });
    await expect(netdevs.enslave("bond0", "bond0")).rejects.toMatchObject({ code: "EBUSY" });
    netdevs.get("eth0").setCarrier(false);
    expect(netdevs.bonds()).toMatchObject([{ active: "eth1" }]);
    await netdevs.release("eth1");
    expect(bond.carrier).toBe(false);
    await expect(netdevs.release("eth1")).rejects.toMatchObject({ code: "EINVAL" });
    await netdevs.delBond("bond0");
    expect(netdevs.get("eth0").masterDev).toBeNull();
    expect(core.findDevice("/devices/bonding")).toBeUndefined();
  });

  test("spread what they send by address, or in turn", async () => {
    for (const mode of ["balance-xor", "balance-rr"] as const) {
      const [a, b] = await pair();
      await netdevs.addBond("bond0", mode);
      for (const { name } of [a, b]) await netdevs.enslave(name, "bond0");
      await netdevs.setUp("bond0", true);
      const bond = netdevs.get("bond0");
      for (let last = 0; last < 8; last++) bond.xmit(Uint8Array.from([2, 0, 0, 0, 0, last, 2, 0, 0, 0, 0, 0, 8, 0]));
      expect([a.stats.txPackets, b.stats.txPackets]).toEqual([4, 4]);
      await netdevs.delBond("bond0");
      for (const dev of [a, b]) await netdevs.unregister(dev);
    }
  });
});
