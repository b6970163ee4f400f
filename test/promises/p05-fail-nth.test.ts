import type { DriverCore, Errno } from "auxbus";
import { expect, test } from "vitest";
import { outcome, Rig } from "../support/rig.ts";

/** What can be seen of a bus from outside. */
function picture(core: DriverCore): unknown {
  return {
    devices: [...core.devices()].map((d) => [d.path, d.driver?.name, d.state]),
    drivers: [...core.auxiliary.drivers()].map((d) => [d.name, [...d.devices()].map((x) => x.name)]),
    sysfs: [
      core.sysfs.list("devices"),
      core.sysfs.list("devices/nic0"),
      core.sysfs.list("bus/auxiliary/devices"),
      core.sysfs.list("bus/auxiliary/drivers"),
    ],
    deferred: core.deferred.list().map(({ device }) => device.name),
  };
}

class FailNth {
  nth = 0;
  #count = 0;
  reached = "";

  readonly point = (step: string): Errno | undefined => {
    if (this.nth === 0) return undefined;
    this.#count++;
    if (this.#count !== this.nth) return undefined;
    this.reached = step;
    return "ENOMEM";
  };

  arm(nth: number): void {
    this.nth = nth;
    this.#count = 0;
    this.reached = "";
  }

  disarm(): void {
    this.nth = 0;
  }
}

const OPERATIONS = {
  create: async (rig: Rig) => void (await rig.create("x", 9)),
  "create with an id of the bus's choice": async (rig: Rig) => void (await rig.create("y")),
  "init and add": async (rig: Rig) => {
    const device = rig.core.auxiliary.init(rig.nic, { module: "m", name: "x", id: 9 });
    try {
      await device.add();
    } catch (error) {
      device.uninit();
      throw error;
    }
  },
  register: async (rig: Rig) => void (await rig.register({ ids: ["m.waiting"], actions: 1 }, "late")),
  bind: (rig: Rig) => rig.core.auxiliary.bind("drv.files", "m.files.0"),
} satisfies Record<string, (rig: Rig) => Promise<void>>;

test.each(Object.keys(OPERATIONS) as (keyof typeof OPERATIONS)[])(
  "P5: %s fails at every step in turn, and leaves nothing behind",
  async (name) => {
    const steps: string[] = [];
    for (let nth = 1; ; nth++) {
      const fail = new FailNth();
      const rig = new Rig({ failpoint: fail.point });
      await rig.register({ actions: 2 });
      await rig.create("waiting", 0);
      await rig.create("files", 0);
      await rig.register({
        name: "files",
        ids: ["m.files"],
        more: { deviceAttributes: () => ({ speed: { show: () => "1" } }) },
      });
      await rig.core.auxiliary.unbind("drv.files", "m.files.0");
      const before = picture(rig.core);
      fail.arm(nth);
      const result = await outcome(OPERATIONS[name](rig));
      fail.disarm();
      if (fail.reached === "") {
        expect(result).toBe("ok");
        await rig.end();
        break;
      }
      steps.push(fail.reached);
      if (result === "ok") {
        // A probe that fails is no error of the add or of the registration.
        expect(fail.reached).toMatch(/^probe/);
        expect(rig.core.auxiliary.find("m.x.9")?.driver ?? null).toBeNull();
      } else {
        expect(result).toBe("ENOMEM");
        expect(picture(rig.core), `after failing at ${fail.reached}`).toEqual(before);
      }
      expect(rig.core.work.pending).toBe(0);
      await rig.end();
    }
    expect(steps.length).toBeGreaterThanOrEqual(2);
    expect(new Set(steps).size).toBe(steps.length);
  },
);
