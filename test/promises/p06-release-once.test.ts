import { IdAllocator } from "auxbus";
import { expect, test } from "vitest";
import { outcome, Rig } from "../support/rig.ts";

test("P6: a create that fails releases exactly once and gives its id back exactly once", async () => {
  const rig = new Rig();
  const other = rig.core.addRootDevice("nic1");
  const taken = await rig.create("x", 0);
  rig.since();
  expect(await outcome(rig.create("x", 0))).toBe("EEXIST");
  expect(rig.since()).toEqual(["release m.x.0"]);
  expect(await outcome(rig.create("x", 0, other))).toBe("EEXIST");
  expect(rig.since(), "its folder was there for a moment").toEqual(["remove m.x.0", "release m.x.0"]);
  expect(taken.state).toBe("added");
  await other.destroy();
  await rig.end();
});

test("P6: an id allocator of the parent gets its id back once, from the release callback", async () => {
  const rig = new Rig();
  const ids = new IdAllocator();
  const publish = (id: number) =>
    rig.core.auxiliary.create(rig.nic, { module: "m", name: "owned", id, release: () => ids.free(id) });
  const first = await publish(ids.alloc());
  expect(first.id).toBe(0);
  const reserved = ids.alloc();
  const squatter = await rig.create("owned", reserved);
  expect(await outcome(publish(reserved))).toBe("EEXIST");
  expect(ids.has(reserved)).toBe(false);
  expect(() => ids.free(reserved), "a second time").toThrow(/EINVAL.*not in use/);
  await squatter.destroy();
  await first.destroy();
  expect(ids.size).toBe(0);
  await rig.end();
});

test("P6: an id chosen by the bus comes back when the add fails", async () => {
  let failing = false;
  const rig = new Rig({ failpoint: (step) => (step === "add-bus" && failing ? "ENOMEM" : undefined) });
  failing = true;
  expect(await outcome(rig.create())).toBe("ENOMEM");
  expect(await outcome(rig.create())).toBe("ENOMEM");
  failing = false;
  expect((await rig.create()).id).toBe(0);
  expect((await rig.create("x", 1)).id).toBe(1);
  expect((await rig.create()).id, "1 was taken by hand").toBe(2);
  await rig.end();
});
