import { DriverCore } from "auxbus";
import { expect, test } from "vitest";
import { outcome, Rig } from "../support/rig.ts";

test("a tool sees everything through the view, and steers by it", async () => {
  const rig = new Rig();
  const view = rig.core.view();
  await rig.register({ name: "ok", ids: ["m.ok"] });
  await rig.register({ name: "later", ids: ["m.later"], probe: ["EPROBE_DEFER"] });
  await rig.register({ name: "slow", ids: ["m.slow"], takes: 10 });
  const ok = await rig.core.auxiliary.create(rig.nic, { module: "m", name: "ok", version: "1.0.0" });
  const later = await rig.create("later", 0);
  await rig.create("nobody", 0);
  const slow = rig.create("slow", 0);
  rig.core.link(later, ok);
  const snapshot = await view.snapshot();
  expect(snapshot).toMatchObject({
    seqnum: rig.core.uevents.seqnum,
    buses: [{ name: "auxiliary", autoprobe: true }],
    links: [{ consumer: "/devices/nic0/m.later.0", supplier: "/devices/nic0/m.ok.0", state: "available" }],
  });
  expect(
    snapshot.devices.map(({ path, parent, state, driver, module, reason }) => [
      path,
      parent,
      state,
      driver,
      module,
      reason,
    ]),
  ).toEqual([
    ["/devices/nic0", null, "unbound", null, null, null],
    ["/devices/nic0/m.ok.0", "/devices/nic0", "bound", "drv.ok", "drv", null],
    ["/devices/nic0/m.later.0", "/devices/nic0", "deferred", null, null, "as the test wants"],
    ["/devices/nic0/m.nobody.0", "/devices/nic0", "unbound", null, null, null],
    ["/devices/nic0/m.slow.0", "/devices/nic0", "probing", null, null, null],
  ]);
  expect(snapshot.devices[1]).toMatchObject({
    name: "m.ok.0",
    bus: "auxiliary",
    modalias: "auxiliary:m.ok",
    version: "1.0.0",
    runtimeStatus: "unsupported",
  });
  expect(snapshot.drivers).toContainEqual({
    bus: "auxiliary",
    name: "drv.ok",
    module: "drv",
    devices: ["/devices/nic0/m.ok.0"],
  });
  expect(JSON.parse(JSON.stringify(snapshot))).toEqual(snapshot);
  expect((await view.explain("/devices/nic0/m.slow.0")).summary).toBe("being probed by drv.slow");
  await rig.run(slow);

  await view.unbind("auxiliary", "drv.ok", "m.ok.0");
  expect(ok.driver).toBeNull();
  expect((await view.explain("/devices/nic0/m.ok.0")).drivers[0]).toMatchObject({
    verdict: "not tried",
    reason: expect.stringContaining("rescan"),
  });
  await view.bind("auxiliary", "drv.ok", "m.ok.0");
  await view.unbind("auxiliary", "drv.ok", "m.ok.0");
  await view.write("bus/auxiliary/drivers_autoprobe", "0");
  expect((await view.explain("/devices/nic0/m.ok.0")).drivers[0]?.reason).toContain("autoprobe");
  await view.rescan("auxiliary", "m.ok.0");
  expect(await view.read("devices/nic0/m.ok.0/uevent")).toBe("DRIVER=drv.ok\nMODALIAS=auxiliary:m.ok\n");
  expect(await view.list("bus/auxiliary/devices")).toEqual(
    ["later", "nobody", "ok", "slow"].map((name) => ({
      name: `m.${name}.0`,
      kind: "link",
      readable: true,
      writable: false,
      target: `devices/nic0/m.${name}.0`,
    })),
  );
  expect(await outcome(view.list("devices/nic0/uevent"))).toBe("ENOTDIR");
  await view.override("auxiliary", "m.nobody.0", "drv.ok");
  await view.rescan("auxiliary", "m.nobody.0");
  expect(rig.core.auxiliary.find("m.nobody.0")?.driver?.name).toBe("drv.ok");
  await view.override("auxiliary", "m.nobody.0", null);
  await view.unbind("auxiliary", "drv.ok", "m.nobody.0");
  expect(await outcome(view.override("auxiliary", "m.none.0", null))).toBe("ENODEV");
  expect(await outcome(view.explain("/devices/nic0/none"))).toBe("ENODEV");
  expect(await outcome(view.bind("usb", "x", "y"))).toBe("ENOENT");
  expect((await view.explain("/devices/nic0")).summary).toContain("no bus");
  expect((await view.explain("/devices/nic0/m.nobody.0")).summary).toContain(
    "no registered driver matches auxiliary:m.nobody",
  );
  await rig.run(rig.core.settle());
  ok.get();
  await rig.end();
  expect(rig.core.explain(ok).summary).toBe("it is deleted");
  ok.put();
  expect(rig.core.explain(ok).summary).toBe("it is released");
});

test("its uevents are plain data", async () => {
  const rig = new Rig();
  const controller = new AbortController();
  const seen: unknown[] = [];
  const reading = (async () => {
    for await (const event of rig.core.view().uevents({ signal: controller.signal }))
      seen.push(JSON.parse(JSON.stringify(event)));
  })();
  await rig.runtime.runUntilIdle();
  for (let i = 0; i < 1500; i++) rig.nic.uevent("change");
  await rig.runtime.runUntilIdle();
  controller.abort();
  await reading;
  expect(seen[0]).toEqual({ seqnum: expect.any(Number), action: "change", devpath: "/devices/nic0", env: {}, time: 0 });
  expect(seen).toContainEqual({ action: "overflow", lost: expect.any(Number) });
  await rig.end();
});

test("explain names drivers that were tried and are gone, and devices that are not added", async () => {
  const rig = new Rig();
  const driver = await rig.register({ probe: ["EIO"] });
  const device = await rig.create();
  expect(rig.core.explain(device).summary).toContain("drv failed");
  await driver.unregister();
  expect(rig.core.explain(device).drivers).toEqual([
    {
      driver: "drv",
      module: "",
      verdict: "failed",
      code: "EIO",
      reason: expect.stringContaining("no longer a candidate"),
    },
  ]);
  const fresh = rig.core.auxiliary.init(rig.nic, { module: "m", name: "x", id: 5 });
  expect(rig.core.explain(fresh).summary).toBe("it is not added yet");
  fresh.uninit();
  await rig.end();
});

test("a snapshot can have some of its lists alone", async () => {
  const core = new DriverCore();
  await core.auxiliary.create(core.addRootDevice("nic0"), { module: "nic", name: "eth" });
  const all = await core.view().snapshot();
  expect(await core.view().snapshot(["buses"])).toEqual({ ...all, devices: [], drivers: [], links: [] });
  expect(await core.view().snapshot(["devices", "links"])).toEqual({ ...all, buses: [], drivers: [] });
});
