import { expect, test } from "vitest";
import type { Entry } from "../../../packages/console/src/api.ts";
import { Lane } from "../../../packages/console/src/lanes.ts";
import { entry, uevent } from "./entries.ts";

const ETH = "/devices/nic0/nic.eth.0";

const probe = (id: number, result: string, ms: number): Entry =>
  entry(id, ETH, { kind: "probe", data: { module: "eth", result, message: null, ms } });
const pm = (id: number, status: string): Entry => entry(id, ETH, { kind: "pm", data: { status } });

function lane(...entries: readonly Entry[]): string {
  const lane = new Lane(ETH);
  for (const each of entries) lane.take(each);
  const shown = lane.segments.map(({ state, from }) => `${state}@${from}`);
  return [lane.initial ?? "?", ...shown].join(" ");
}

test("the life of a device", () => {
  expect(
    lane(
      uevent(1, "add", ETH),
      probe(3, "bound", 500),
      uevent(3, "bind", ETH),
      pm(4, "suspending"),
      pm(4, "suspended"),
      pm(5, "resuming"),
      pm(5, "active"),
      entry(6, ETH, { kind: "remove", data: { module: "eth", ms: 1 } }),
      uevent(6, "unbind", ETH),
      uevent(7, "remove", ETH),
    ),
  ).toBe("absent unbound@1000 probing@2500 bound@3000 suspended@4000 bound@5000 unbound@6000 absent@7000");
});

test("a probe that defers, one that fails, one that succeeds", () => {
  expect(lane(probe(2, "EPROBE_DEFER", 100), probe(4, "EIO", 100), probe(6, "bound", 100))).toBe(
    "unbound probing@1900 deferred@2000 probing@3900 unbound@4000 probing@5900 bound@6000",
  );
});

test("a crash is seen until a driver has the device again", () => {
  const crash = entry(5, ETH, {
    kind: "crash",
    data: { module: "eth", host: "worker 1", why: "it fell", parked: true },
  });
  expect(lane(crash, uevent(6, "unbind", ETH), probe(8, "bound", 1000))).toBe(
    "bound crashed@5000 probing@7000 bound@8000",
  );
});

test("what was before the first entry follows from it", () => {
  expect(lane(pm(1, "active"))).toBe("suspended bound@1000");
  expect(lane(pm(1, "suspended"))).toBe("bound suspended@1000");
  expect(lane(uevent(1, "unbind", ETH))).toBe("bound unbound@1000");
  expect(lane(uevent(1, "change", ETH))).toBe("?");
});

test("a probe does not begin before what was before it", () => {
  expect(lane(uevent(1, "add", ETH), probe(2, "bound", 5000))).toBe("absent unbound@1000 probing@1000 bound@2000");
});

test("the state at a time", () => {
  const it = new Lane(ETH);
  it.take(uevent(5, "unbind", ETH));
  expect(it.at(4999)?.state).toBe("bound");
  expect(it.at(5000)).toEqual({ state: "unbound", from: 5000, to: null });
});
