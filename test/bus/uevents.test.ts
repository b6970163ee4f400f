import type { Uevent, UeventOverflow } from "auxbus";
import { expect, test } from "vitest";
import { Rig } from "../support/rig.ts";

test("uevents carry path, subsystem, environment and number", async () => {
  const rig = new Rig();
  const events: Uevent[] = [];
  using _ = rig.core.uevents.subscribe((event) => events.push(event));
  await rig.register();
  const before = rig.core.uevents.seqnum;
  const device = await rig.create();
  expect(events.map(({ action, devpath, subsystem, env }) => ({ action, devpath, subsystem, env }))).toEqual([
    { action: "add", devpath: "/bus/auxiliary/drivers/drv", subsystem: "drivers", env: {} },
    { action: "add", devpath: "/devices/nic0/m.x.0", subsystem: "auxiliary", env: { MODALIAS: "auxiliary:m.x" } },
    {
      action: "bind",
      devpath: "/devices/nic0/m.x.0",
      subsystem: "auxiliary",
      env: { DRIVER: "drv", MODALIAS: "auxiliary:m.x" },
    },
  ]);
  expect(events[2]).toMatchObject({ seqnum: before + 2, time: 0, device });
  await rig.end();
});

test("a subscription ends when it is disposed of, and only that one", async () => {
  const rig = new Rig();
  let heard = 0;
  const listener = (): void => void heard++;
  const first = rig.core.uevents.subscribe(listener);
  const second = rig.core.uevents.subscribe(listener);
  rig.nic.uevent("change");
  first[Symbol.dispose]();
  rig.nic.uevent("change");
  second[Symbol.dispose]();
  rig.nic.uevent("change");
  expect(heard).toBe(3);
  expect(() => rig.nic.uevent(JSON.parse('"bogus"'))).toThrow(/EINVAL.*bogus/);
  await rig.end();
});

test("numbers count what nobody heard", async () => {
  const rig = new Rig();
  const quiet = new Rig();
  const before = quiet.core.uevents.seqnum;
  quiet.nic.uevent("change");
  expect(quiet.core.uevents.seqnum).toBe(before + 1);
  await quiet.end();
  await rig.end();
});

test("a stream gives what was and what comes, says what a slow reader has missed, and ends", async () => {
  const rig = new Rig();
  const controller = new AbortController();
  const stream = rig.core.uevents.stream({ capacity: 3, signal: controller.signal });
  for (let i = 0; i < 5; i++) rig.nic.uevent("change");
  const got: (Uevent | UeventOverflow | undefined)[] = [];
  for (let i = 0; i < 4; i++) got.push((await stream.next()).value);
  const last = rig.core.uevents.seqnum;
  expect(got).toEqual([
    { action: "overflow", lost: 2 },
    expect.objectContaining({ seqnum: last - 2 }),
    expect.objectContaining({ seqnum: last - 1 }),
    expect.objectContaining({ seqnum: last }),
  ]);
  const next = stream.next();
  rig.nic.uevent("online");
  expect((await next).value).toMatchObject({ action: "online" });
  const waiting = stream.next();
  controller.abort();
  expect(await waiting).toEqual({ done: true, value: undefined });
  expect((await stream.next()).done).toBe(true);

  const aborted = rig.core.uevents.stream({ signal: controller.signal });
  expect((await aborted.next()).done).toBe(true);
  expect(() => rig.core.uevents.stream({ capacity: 0 })).toThrow(RangeError);
  let count = 0;
  const other = rig.core.uevents.stream();
  rig.nic.uevent("change");
  rig.nic.uevent("change");
  for await (const event of other) {
    expect(event.action).toBe("change");
    if (++count === 2) break;
  }
  expect((await other.next()).done).toBe(true);
  await rig.end();
});

test("a subscriber or listener that throws stops nothing, and is logged", async () => {
  const rig = new Rig();
  const errors: string[] = [];
  rig.core.log.subscribe(({ message }) => void errors.push(message));
  rig.core.uevents.subscribe(({ action }) => {
    if (action === "bind") throw new Error("full disk");
  });
  rig.core.auxiliary.subscribe((event) => {
    if (event === "add-device") throw new Error("no");
  });
  await rig.register();
  const device = await rig.create();
  expect(device.driver?.name).toBe("drv");
  expect(errors).toEqual([
    "m.x.0: a listener of bus auxiliary failed: no",
    "a subscriber of uevents failed: full disk",
  ]);
  await rig.end();
});

test("a log subscriber that throws harms no operation", async () => {
  const rig = new Rig();
  rig.core.log.subscribe(() => {
    throw new Error("no terminal");
  });
  rig.core.log.info("hello");
  await expect(rig.runtime.step()).rejects.toThrow("no terminal");
  await rig.end();
});
