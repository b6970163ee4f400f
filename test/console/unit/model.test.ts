import { expect, test } from "vitest";
import { Model } from "../../../packages/console/src/model.ts";
import { rowsOf } from "../../../packages/console/src/tree.ts";
import { device, entry, snapshot, uevent } from "./entries.ts";

const NIC = "/devices/nic0";
const ETH = "/devices/nic0/nic.eth.0";

function namesOf(model: Model): string[] {
  return rowsOf(model.devices, model.tree, new Set(), null).map(
    ({ device, level }) => " ".repeat(level - 1) + device.name,
  );
}

test("a device that is named is looked up, once, however often it is named", () => {
  const model = new Model();
  model.replace(snapshot(1, device(NIC), device(ETH)));
  model.take(uevent(2, "bind", ETH));
  model.take(entry(3, ETH, { kind: "pm", data: { status: "active" } }));
  expect(model.behind).toBe(true);
  expect(model.takeDirty(10)).toEqual([ETH]);
  expect(model.behind).toBe(false);
  model.update([ETH], { cursor: 3, devices: [device(ETH, { driver: "eth", state: "bound" })] });
  expect(model.devices.get(ETH)?.driver).toBe("eth");
});

test("what the snapshot shows already is not looked up again", () => {
  const model = new Model();
  model.replace(snapshot(5, device(NIC)));
  model.take(uevent(5, "add", NIC));
  expect(model.behind).toBe(false);
  expect(model.recent).toEqual([]);
  model.changed();
  expect(model.recent.map(({ id }) => id)).toEqual([5]);
});

test("a device that has gone is gone at once, and an answer that was on its way does not bring it back", () => {
  const model = new Model();
  model.replace(snapshot(1, device(NIC), device(ETH)));
  model.take(uevent(2, "change", ETH));
  const asked = model.takeDirty(10);
  model.take(uevent(4, "remove", ETH));
  expect(model.devices.has(ETH)).toBe(false);
  model.update(asked, { cursor: 3, devices: [device(ETH)] });
  expect(model.devices.has(ETH)).toBe(false);
  expect(namesOf(model)).toEqual(["nic0"]);
});

test("one that was removed and added anew is there", () => {
  const model = new Model();
  model.replace(snapshot(1, device(NIC), device(ETH)));
  model.take(uevent(2, "remove", ETH));
  model.take(uevent(3, "add", ETH));
  const asked = model.takeDirty(10);
  model.update(asked, { cursor: 3, devices: [device(ETH)] });
  expect(namesOf(model)).toEqual(["nic0", " nic.eth.0"]);
});

test("an answer that is older than the snapshot is forgotten", () => {
  const model = new Model();
  model.replace(snapshot(1, device(NIC), device(ETH)));
  model.take(uevent(2, "bind", ETH));
  const asked = model.takeDirty(10);
  model.replace(snapshot(9, device(NIC), device(ETH, { driver: "new" })));
  model.update(asked, { cursor: 2, devices: [device(ETH, { driver: "old" })] });
  expect(model.devices.get(ETH)?.driver).toBe("new");
});

test("devices that could not be looked up stay to be looked up", () => {
  const model = new Model();
  model.replace(snapshot(1));
  model.take(uevent(2, "add", NIC));
  const asked = model.takeDirty(10);
  model.putBack(asked);
  expect(model.takeDirty(10)).toEqual([NIC]);
});

test("drivers, links, buses, parked devices and the status are asked for again when they have changed", () => {
  const model = new Model();
  model.replace(snapshot(1));
  model.take(uevent(2, "add", "/bus/auxiliary/drivers/eth", "drivers"));
  model.take(uevent(3, "add", "/devices/virtual/devlink/a--b", "devlink"));
  model.take(entry(4, NIC, { kind: "crash", data: { module: "eth", host: "worker 1", why: "it fell", parked: true } }));
  model.take(entry(5, null, { kind: "pm", data: { status: "suspended" } }));
  expect([...model.stale].toSorted()).toEqual(["drivers", "links", "parked"]);
  expect(model.statusIsStale).toBe(true);
});

test("siblings are sorted as people count, wherever they come from", () => {
  const model = new Model();
  const slice = (id: number) => device(`${NIC}/nic.eth.${id}`);
  model.replace(snapshot(1, device(NIC), slice(10), slice(2)));
  model.update([`${NIC}/nic.eth.1`], { cursor: 2, devices: [slice(1)] });
  model.update([`${NIC}/nic.eth.11`], { cursor: 2, devices: [slice(11)] });
  model.update([`${NIC}/nic.eth.2`], { cursor: 2, devices: [] });
  expect(namesOf(model)).toEqual(["nic0", " nic.eth.1", " nic.eth.10", " nic.eth.11"]);
});

test("a device that crashed is shown so while it is parked for that", () => {
  const model = new Model();
  const parked = { device: ETH, reason: "it fell", by: "crash", since: 1 } as const;
  model.replace({ ...snapshot(1, device(ETH)), parked: [parked] });
  expect(model.stateOf(device(ETH))).toBe("crashed");
  expect(model.stateOf(device(NIC, { bus: null }))).toBe(null);
  expect(model.stateOf(device(NIC, { state: "bound", runtimeStatus: "suspended" }))).toBe("suspended");
});
