import { expect, test } from "vitest";
import { ALL, fits, hasLevel, queryOf } from "../../../packages/console/src/log-filter.ts";
import { entry, uevent } from "./entries.ts";

const ETH = "/devices/nic0/nic.eth.0";

test("what is asked of the host", () => {
  expect(queryOf(ALL, 0)).toEqual({});
  const all = { kinds: ["probe", "pm"], level: "warn", device: "eth0", text: "a b", since: 60 } as const;
  expect(queryOf(all, 100_000)).toEqual({ kind: "probe,pm", device: "eth0", text: "a b", since: 40_000 });
});

test("what comes later is judged as the host judges", () => {
  const bind = uevent(1, "bind", ETH);
  expect(fits(ALL, bind)).toBe(true);
  expect(fits({ ...ALL, kinds: ["probe"] }, bind)).toBe(false);
  expect(fits({ ...ALL, device: "nic.eth.0" }, bind)).toBe(true);
  expect(fits({ ...ALL, device: "eth.0" }, bind)).toBe(false);
  expect(fits({ ...ALL, text: "NIC.ETH" }, bind)).toBe(true);
  expect(fits({ ...ALL, text: "kind" }, bind)).toBe(false);
});

test("a probe that fails is a warning, one that waits is not; a crash is an error", () => {
  const probe = (result: string) =>
    entry(1, ETH, { kind: "probe", data: { module: "eth", result, message: null, ms: 1 } });
  const levels = (of: ReturnType<typeof probe>) =>
    (["info", "warn", "error"] as const).filter((level) => hasLevel({ ...ALL, level }, of));
  expect(levels(probe("bound"))).toEqual(["info"]);
  expect(levels(probe("EPROBE_DEFER"))).toEqual(["info"]);
  expect(levels(probe("EIO"))).toEqual(["info", "warn"]);
  const crash = entry(2, ETH, {
    kind: "crash",
    data: { module: "eth", host: "worker 1", why: "it fell", parked: false },
  });
  expect(levels(crash)).toEqual(["info", "warn", "error"]);
});
