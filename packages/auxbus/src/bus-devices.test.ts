import fc from "fast-check";
import { expect, test } from "vitest";
import { BusDevices } from "./bus-devices.ts";
import { DriverCore } from "./core.ts";
import { Device } from "./device.ts";

class Shelf {
  readonly core = new DriverCore();
  readonly devices = new BusDevices<Device>();
  order = 0;

  add(name: string): Device {
    const device = new Device(this.core, { name });
    this.devices.add(device, ++this.order);
    return device;
  }

  names(after?: Device): string {
    return Array.from(this.devices.walk(after), ({ name }) => name).join("");
  }
}

test("the order is that of adding, also for a name that has been there before", () => {
  const shelf = new Shelf();
  const [a, b] = [shelf.add("a"), shelf.add("b"), shelf.add("c")];
  shelf.devices.remove(a);
  shelf.add("a");
  expect([shelf.names(), shelf.devices.size]).toEqual(["bca", 3]);
  expect(shelf.names(b)).toBe("ca");
  expect(shelf.names(a), "one that has gone stands where it was").toBe("bca");
  shelf.devices.remove(b);
  expect(shelf.names(b)).toBe("ca");
  expect(shelf.devices.get("b")).toBeUndefined();
});

test("a device that comes back by itself stands at the end", () => {
  const shelf = new Shelf();
  const [a] = [shelf.add("a"), shelf.add("b"), shelf.add("c")];
  const seen: string[] = [];
  for (const device of shelf.devices.walk()) {
    seen.push(device.name);
    if (seen.length > 1) continue;
    shelf.devices.remove(a);
    shelf.devices.add(a, ++shelf.order);
  }
  expect(seen.join("")).toBe("abca");
});

test("while it is walked over: what stays is given once and in order, what comes is given, what has gone is not", () => {
  // Before each step of the walk, some devices are removed (counted from where it stands) and some are added.
  const change = fc.record({ remove: fc.array(fc.integer({ min: -3, max: 3 }), { maxLength: 4 }), add: fc.nat(1) });
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 8 }), fc.array(change, { maxLength: 12 }), (count, changes) => {
      const shelf = new Shelf();
      const all = Array.from({ length: count }, (_, i) => shelf.add(`d${i}`));
      const there = new Set(all);
      const seen: Device[] = [];
      for (const device of shelf.devices.walk()) {
        expect(there.has(device), `${device.name} has gone`).toBe(true);
        seen.push(device);
        const { remove, add } = changes[seen.length - 1] ?? { remove: [], add: 0 };
        for (const offset of remove) {
          const target = all[all.indexOf(device) + offset];
          if (target !== undefined && there.delete(target)) shelf.devices.remove(target);
        }
        for (let i = 0; i < add; i++) {
          const fresh = shelf.add(`d${all.length}`);
          all.push(fresh);
          there.add(fresh);
        }
      }
      expect(seen, "in order, and once").toEqual([...new Set(seen)].toSorted((a, b) => a.busOrder - b.busOrder));
      for (const device of there) expect(seen, device.name).toContain(device);
      expect([...shelf.devices.walk()]).toEqual([...there]);
      expect(shelf.devices.size).toBe(there.size);
    }),
    { seed: 1, numRuns: 500 },
  );
});
