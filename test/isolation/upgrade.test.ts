import type { AuxiliaryDevice } from "auxbus";
import { afterEach, describe, expect, test } from "vitest";
import { outcome } from "../support/rig.ts";
import { KINDS, PuppetRig } from "./puppets.ts";

let rig: PuppetRig;

afterEach(() => rig.end());

const count = (device: AuxiliaryDevice): Promise<unknown> => rig.run(device.call("count"));

describe.each(KINDS)("hot upgrade in a %s", (kind) => {
  async function booted(): Promise<AuxiliaryDevice[]> {
    rig = new PuppetRig();
    await rig.load(kind);
    const devices = [await rig.puppet("x"), await rig.puppet("x"), await rig.puppet("y")];
    for (const device of devices) expect(await count(device)).toBe(1);
    rig.since();
    rig.puppeteer.said.splice(0);
    return devices;
  }

  test("device by device, each with the state that was handed over; the driver stays on the bus", async () => {
    const devices = await booted();
    const [before] = rig.isolation.hosts();
    expect(await rig.upgrade("puppet-v2.js")).toEqual(["m.x.0", "m.x.1", "m.y.0"]);
    expect(rig.since()).toEqual([
      "unbind m.x.0",
      "bind m.x.0",
      "unbind m.x.1",
      "bind m.x.1",
      "unbind m.y.0",
      "bind m.y.0",
    ]);
    for (const device of devices) {
      expect(await count(device), "it goes on from 1, by tens").toBe(11);
      expect(await rig.run(device.call("version"))).toBe(2);
    }
    expect(rig.isolation.hosts()).toHaveLength(1);
    expect(rig.isolation.hosts()[0]?.name, "the old one is gone").not.toBe(before?.name);
    const [first] = devices;
    if (first === undefined) throw new Error("there is no device");
    await rig.run(first.unbind());
    await rig.run(first.attach());
    expect(await count(first), "a later probe has nothing handed over").toBe(10);
  });

  test("a new probe that fails: all go back to the old version, with their state", async () => {
    const devices = await booted();
    rig.puppeteer.tell("probe", "ok", "fail ENOSPC");
    await expect(rig.upgrade("puppet-v2.js")).rejects.toMatchObject({
      code: "ENOSPC",
      message: expect.stringContaining("cannot take m.x.1 over"),
    });
    for (const device of devices) {
      expect(await outcome(rig.run(device.call("version")))).toBe("EOPNOTSUPP");
      expect(await count(device), "the old one counts by ones").toBe(device.name === "m.x.1" ? 1 : 2);
    }
    expect(rig.isolation.hosts()).toHaveLength(1);
    expect(await rig.upgrade("puppet-v2.js"), "later it works").toHaveLength(3);
  });

  test("a new version that crashes in probe, or in init, changes nothing", async () => {
    const devices = await booted();
    rig.puppeteer.tell("probe", "exit");
    await expect(rig.upgrade("puppet-v2.js", false)).rejects.toMatchObject({ code: "EIO" });
    await expect(rig.upgrade("bad-init.js")).rejects.toMatchObject({ code: "ENOSPC" });
    await expect(rig.upgrade("exit-init.js", false)).rejects.toMatchObject({ code: "EIO" });
    for (const device of devices) expect(device.driver?.name).toBe("puppet");
    expect([...rig.core.auxiliary.drivers()].map(({ name }) => name)).toEqual(["puppet"]);
    expect(rig.isolation.hosts().map(({ modules }) => modules)).toEqual([["puppet"]]);
  });

  test("other ids and drivers: the bus matches anew, and back again", async () => {
    const devices = await booted();
    const [fresh, extra] = [await rig.puppet("new"), await rig.puppet("extra")];
    expect(fresh.driver).toBeNull();
    expect(await rig.upgrade("puppet-v3.js")).toEqual(["m.x.0", "m.x.1", "m.y.0"]);
    expect([fresh.driver?.name, extra.driver?.name]).toEqual(["puppet", "puppet.extra"]);
    for (const device of devices) expect(await count(device), "handed over").toBe(2);
    rig.puppeteer.tell("probe", "fail EIO");
    await expect(rig.upgrade("puppet.js")).rejects.toMatchObject({ code: "EIO" });
    expect([fresh.driver?.name, extra.driver?.name]).toEqual(["puppet", "puppet.extra"]);
    await rig.upgrade("puppet.js");
    expect([fresh.driver, extra.driver]).toEqual([null, null]);
    for (const device of devices) expect(device.driver?.name).toBe("puppet");
  });
});
