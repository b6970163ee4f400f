import { describe, expect, test } from "vitest";
import type { IbEvent } from "@auxbus/rdma";
import { sharedOf } from "../nics/shared-of.ts";
import { bringUp, ping, connect } from "../nics/traffic.ts";
import { Mlx5Rig } from "./mlx5.ts";

const PF0 = "pci/0000:08:00.0";

test("7: system suspend keeps the network device and takes RDMA away; resume brings it back", async () => {
  const { rig } = await Mlx5Rig.up({ ports: 1 });
  await rig.run(rig.netdevs.setUp("eth0", true));
  const before = rig.netdevs.get("eth0");
  rig.since();
  await rig.run(rig.core.power.suspend());
  expect(rig.since()).toEqual(["remove mlx5_0", "unbind mlx5_core.rdma.0", "remove mlx5_core.rdma.0"]);
  expect(rig.netdevs.get("eth0").info()).toMatchObject({ present: false, up: true });
  expect(rig.aux()).toEqual(["mlx5_core.eth.0"]);
  await rig.run(rig.core.power.resume());
  await rig.settle();
  expect(rig.since()).toEqual(["add mlx5_core.rdma.0", "add mlx5_0", "bind mlx5_core.rdma.0"]);
  expect(rig.netdevs.get("eth0")).toBe(before);
  expect(before.info()).toMatchObject({ present: true, up: true, carrier: true });
  expect(rig.rdma.links()[0]).toMatchObject({ state: "ACTIVE", netdev: "eth0" });
  await rig.end();
});

describe("8: a reload", () => {
  test("unregisters the network device and registers a new one, as 6.3 and later do", async () => {
    const { rig } = await Mlx5Rig.up({ ports: 1 });
    const { ifindex } = rig.netdevs.get("eth0");
    const dev = rig.netdevs.get("eth0");
    await rig.run(rig.devlink.get(PF0).reload());
    expect(rig.netdevs.get("eth0")).not.toBe(dev);
    expect(rig.netdevs.get("eth0").ifindex).toBeGreaterThan(ifindex);
    await rig.end();
  });

  test("keeps it with suspend_on_reload, as before 6.3", async () => {
    const { rig } = await Mlx5Rig.up({ ports: 1 }, { params: { mlx5_core: { suspend_on_reload: true } } });
    const dev = rig.netdevs.get("eth0");
    await bringUp(rig, "eth0", "10.0.0.1");
    rig.since();
    await rig.run(rig.devlink.get(PF0).reload());
    await rig.settle();
    expect(rig.since()).toEqual([
      "remove mlx5_0",
      "unbind mlx5_core.rdma.0",
      "remove mlx5_core.rdma.0",
      "add mlx5_core.rdma.0",
      "add mlx5_0",
      "bind mlx5_core.rdma.0",
    ]);
    expect(rig.netdevs.get("eth0")).toBe(dev);
    expect(dev.running).toBe(true);
    await rig.end();
  });
});

describe("9: a fatal error of the firmware", () => {
  test("is found within 2 s, told to RDMA's users, and recovered from", async () => {
    const mlx5 = await Mlx5Rig.up();
    const { rig } = mlx5;
    await bringUp(rig, "eth0", "10.0.0.1");
    const [client] = await connect(rig, "mlx5_0", "mlx5_1");
    const events: IbEvent["type"][] = [];
    client.context.onEvent = ({ type }) => void events.push(type);
    rig.since();
    rig.said();
    mlx5.hca(0).injectFatal(1);
    expect((await rig.run(client.cq.poll())).length, "nothing was queued").toBe(0);
    await rig.pass(2000);
    expect(events, "of the firmware, and of the device that goes").toEqual(["DEVICE_FATAL", "DEVICE_FATAL"]);
    await rig.pass(1000);
    await rig.settle();
    expect(rig.since()).toEqual([
      "error: 0000:08:00.0: Fatal error 1 detected",
      "error: 0000:08:00.0: handling bad device here",
      "remove mlx5_0",
      "unbind mlx5_core.rdma.0",
      "remove mlx5_core.rdma.0",
      "remove eth0",
      "unbind mlx5_core.eth.0",
      "remove mlx5_core.eth.0",
      "add mlx5_core.eth.0",
      "add eth0",
      "bind mlx5_core.eth.0",
      "add mlx5_core.rdma.0",
      "add mlx5_0",
      "bind mlx5_core.rdma.0",
    ]);
    expect(rig.said().filter((line) => line.includes("recovery"))).toEqual([
      "0000:08:00.0: starting health recovery flow",
      "0000:08:00.0: health recovery succeeded",
    ]);
    expect(rig.devlink.get(PF0).reporters()).toMatchObject([{ state: "healthy", errors: 1, recoveries: 1 }]);
    expect(rig.ibNames()).toEqual(["mlx5_1", "mlx5_0"]);
    await rig.end();
  });

  test("again within 60 s is not recovered from by itself, but by hand", async () => {
    const mlx5 = await Mlx5Rig.up({ ports: 1 });
    const { rig } = mlx5;
    const instance = rig.devlink.get(PF0);
    mlx5.hca().injectFatal();
    await rig.pass(5000);
    expect(instance.reporters()).toMatchObject([{ state: "healthy" }]);
    rig.since();
    mlx5.hca().injectFatal(2);
    await rig.pass(5000);
    expect(rig.since()).toEqual([
      "error: 0000:08:00.0: Fatal error 2 detected",
      "error: 0000:08:00.0: Driver is in error state. Unloading",
      "remove mlx5_0",
      "unbind mlx5_core.rdma.0",
      "remove mlx5_core.rdma.0",
      "remove eth0",
      "unbind mlx5_core.eth.0",
      "remove mlx5_core.eth.0",
    ]);
    expect(instance.reporters()).toMatchObject([{ state: "error", errors: 2, recoveries: 1 }]);
    await rig.run(instance.reporter("fw_fatal").recover());
    await rig.settle();
    expect(instance.reporters()).toMatchObject([{ state: "healthy", recoveries: 2 }]);
    expect(rig.aux()).toEqual(["mlx5_core.eth.0", "mlx5_core.rdma.0"]);
    // After the grace period it is done by itself again.
    await rig.pass(61_000);
    mlx5.hca().injectFatal(3);
    await rig.pass(5000);
    expect(instance.reporters()).toMatchObject([{ state: "healthy", errors: 3, recoveries: 3 }]);
    await rig.end();
  });

  test("that leaves it down is no reason to take it down again, and one that is up is not brought up again", async () => {
    const mlx5 = await Mlx5Rig.up({ ports: 1 });
    const { rig } = mlx5;
    for (const syndrome of [1, 2]) {
      mlx5.hca().injectFatal(syndrome);
      await rig.pass(5000);
    }
    expect(rig.aux()).toEqual([]);
    rig.since();
    await rig.run(rig.core.power.suspend());
    expect(rig.since()).toEqual(["warn: 0000:08:00.0: unload_one: interface is down, NOP"]);
    // An operator is faster than the resume.
    await rig.run(rig.devlink.get(PF0).reporter("fw_fatal").recover());
    expect(rig.sinceOf(/NOP/)).toEqual(["warn: 0000:08:00.0: unload_one: interface is down, NOP"]);
    await rig.run(rig.core.power.resume());
    await rig.settle();
    expect(rig.sinceOf(/NOP/)).toEqual(["warn: 0000:08:00.0: interface is up, NOP"]);
    expect(rig.aux()).toEqual(["mlx5_core.eth.0", "mlx5_core.rdma.0"]);
    await rig.end();
  });

  test("that a reset does not cure leaves nothing published, until it is reloaded", async () => {
    const mlx5 = await Mlx5Rig.up({ ports: 1 });
    const { rig } = mlx5;
    mlx5.hca().faults.syndromeSticks = 1;
    mlx5.hca().injectFatal();
    await rig.pass(5000);
    expect(rig.aux()).toEqual([]);
    expect(rig.devlink.get(PF0).reporters()).toMatchObject([{ state: "error" }]);
    mlx5.hca().reset();
    await rig.run(rig.devlink.get(PF0).reload());
    await rig.settle();
    expect(rig.aux()).toEqual(["mlx5_core.eth.0", "mlx5_core.rdma.0"]);
    await rig.end();
  });

  test("on the PCI bus is recovered from by a reset of the slot", async () => {
    const mlx5 = await Mlx5Rig.up({ ports: 1 });
    const { rig } = mlx5;
    const [device] = mlx5.plugged?.functions ?? [];
    if (device === undefined) throw new Error("no function");
    rig.said();
    await rig.run(rig.pci.reportError(device, "frozen"));
    await rig.settle();
    expect(rig.said()).toContain("0000:08:00.0: wait vital counter");
    expect(rig.aux()).toEqual(["mlx5_core.eth.0", "mlx5_core.rdma.0"]);
    await expect(rig.run(rig.pci.reportError(device, "perm-failure"))).rejects.toMatchObject({ code: "ENODEV" });
    expect(rig.aux()).toEqual([]);
    await rig.end();
  });
});

describe("10: the eswitch's mode", () => {
  test("switchdev and back: the wire's RDMA device is the representor's, its network device stays", async () => {
    const { rig } = await Mlx5Rig.up({ ports: 1 });
    const instance = rig.devlink.get(PF0);
    const dev = rig.netdevs.get("eth0");
    await bringUp(rig, "eth0", "10.0.0.1");
    rig.since();
    await rig.run(instance.setEswitchMode("switchdev"));
    await rig.settle();
    expect(rig.since()).toEqual([
      "remove mlx5_0",
      "unbind mlx5_core.rdma.0",
      "remove mlx5_core.rdma.0",
      "add mlx5_core.eth-rep.0",
      "bind mlx5_core.eth-rep.0",
      "add mlx5_core.rdma-rep.0",
      "bind mlx5_core.rdma-rep.0",
      "add mlx5_0",
    ]);
    expect(rig.netdevs.get("eth0")).toBe(dev);
    expect(rig.rdma.links()[0]).toMatchObject({ netdev: "eth0", state: "ACTIVE" });
    await rig.run(instance.setEswitchMode("legacy"));
    await rig.settle();
    expect(rig.since()).toEqual([
      "remove mlx5_0",
      "unbind mlx5_core.rdma-rep.0",
      "remove mlx5_core.rdma-rep.0",
      "unbind mlx5_core.eth-rep.0",
      "remove mlx5_core.eth-rep.0",
      "add mlx5_core.rdma.0",
      "add mlx5_0",
      "bind mlx5_core.rdma.0",
    ]);
    expect(rig.netdevs.get("eth0")).toBe(dev);
    await rig.end();
  });

  test("mlx5_ib that is loaded only afterwards has its device at once; on 6.1 not before the mode changes", async () => {
    for (const early of [false, true]) {
      const { rig } = await Mlx5Rig.up(
        { ports: 1 },
        { blacklist: ["mlx5_ib"], params: { mlx5_core: { early_ib_reps: early } } },
      );
      const instance = rig.devlink.get(PF0);
      await rig.run(instance.setEswitchMode("switchdev"));
      await rig.run(rig.modules.modprobe("mlx5_ib"));
      expect(rig.aux()).toContain("mlx5_core.rdma-rep.0");
      expect(rig.ibNames()).toEqual(early ? [] : ["mlx5_0"]);
      await rig.run(instance.setEswitchMode("legacy"));
      await rig.run(instance.setEswitchMode("switchdev"));
      expect(rig.ibNames()).toEqual(["mlx5_0"]);
      await rig.end();
    }
  });

  test("a mode that cannot be set up is taken back", async () => {
    const mlx5 = await Mlx5Rig.up({ ports: 1 });
    const { rig } = mlx5;
    // Without a network device there is no uplink to be represented.
    await rig.run(rig.core.auxiliary.unbind("mlx5_core.eth", "mlx5_core.eth.0"));
    const instance = rig.devlink.get(PF0);
    await expect(rig.run(instance.setEswitchMode("switchdev"))).rejects.toMatchObject({ code: "EOPNOTSUPP" });
    await rig.settle();
    expect(instance.info().eswitch).toBe("legacy");
    expect(rig.aux()).toEqual(["mlx5_core.eth.0 -", "mlx5_core.rdma.0"]);
    await rig.end();
  });

  test("is changed by one at a time", async () => {
    const { rig } = await Mlx5Rig.up({ ports: 1 });
    const instance = rig.devlink.get(PF0);
    // Users wait for one another at devlink's lock; the module's own drivers have the function without it.
    const { eswitch } = sharedOf(rig, "mlx5_core.eth");
    const slow = new Promise<void>((resolve) => void rig.runtime.setTimer(resolve, 100));
    await rig.rdma.registerClient({ name: "slow", add: () => undefined, remove: () => slow });
    const changing = instance.setEswitchMode("switchdev");
    await rig.pass(10);
    expect(eswitch?.mode).toBe("switchdev");
    await expect(eswitch?.setMode("legacy")).rejects.toThrow("EBUSY: Can't change mode, E-Switch is busy");
    await rig.run(changing);
    await rig.run(instance.setEswitchMode("legacy"));
    expect(instance.info().eswitch).toBe("legacy");
    await rig.end();
  });

  test("traffic goes through a card in switchdev mode", async () => {
    const { rig } = await Mlx5Rig.up();
    for (const handle of [PF0, "pci/0000:08:00.1"]) await rig.run(rig.devlink.get(handle).setEswitchMode("switchdev"));
    await bringUp(rig, "eth0", "10.0.0.1");
    await bringUp(rig, "eth1", "10.0.0.2");
    await ping(rig, "eth1", "10.0.0.1");
    await rig.end();
  });
});

test("a representors' driver that is unbound by hand leaves nothing loaded", async () => {
  const { rig } = await Mlx5Rig.up({ ports: 1 });
  await rig.run(rig.devlink.get(PF0).setEswitchMode("switchdev"));
  await rig.settle();
  await rig.run(rig.core.auxiliary.unbind("mlx5_core.eth-rep", "mlx5_core.eth-rep.0"));
  rig.since();
  await rig.run(rig.devlink.get(PF0).reload());
  await rig.settle();
  expect(rig.since().filter((line) => /^(?:warn|error)/.test(line))).toEqual([]);
  await rig.end();
});
