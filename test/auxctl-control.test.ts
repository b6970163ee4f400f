// A bus and the commands that steer it, in one process; test/auxctl-modules.test.ts has them in several.
import { expect, test } from "vitest";
import type { Ran } from "./fake-io.ts";
import { Shelf } from "./modules/shelf.ts";
import { runningBus } from "./running-bus.ts";

const done: Ran = { code: 0, stdout: "", stderr: "" };
const refused = (message: string): Ran => ({ code: 1, stdout: "", stderr: `auxctl: ${message}\n` });

const shelf = (): Shelf =>
  new Shelf(
    { name: "base" },
    {
      name: "gateway",
      version: "1.2.3",
      dependencies: ["base"],
      auxbus: { params: { ports: { type: "uint", default: 2, writable: true } } },
    },
    { name: "extra", auxbus: { aliases: ["auxiliary:gateway.*"] } },
  );

test("modules are loaded, written, upgraded and unloaded", async () => {
  const packages = shelf();
  const bus = await runningBus(["gateway", "--blacklist", "extra"], packages.folder);
  expect((await bus.auxctl("lsmod")).stdout.split("\n").slice(0, 3)).toEqual([
    "MODULE   VERSION  STATE  RUNS IN  USED  BY",
    "base     1.0.0    live   the bus     1  gateway",
    "gateway  1.2.3    live   the bus     0",
  ]);
  expect(await bus.auxctl("rmmod", "base")).toEqual(refused("module base is in use by gateway (EBUSY)"));
  expect(await bus.auxctl("param", "gateway", "ports=8")).toEqual(done);
  expect(JSON.parse((await bus.auxctl("lsmod", "--json")).stdout)).toMatchObject([{}, { params: { ports: 8 } }]);
  packages.put({ name: "gateway", version: "2.0.0", dependencies: ["base"] });
  expect(await bus.auxctl("upgrade", "gateway")).toEqual({ ...done, stdout: "no device was bound\n" });
  expect(await bus.auxctl("upgrade", "gateway", "--json")).toEqual({
    ...done,
    stdout: '{"module":"gateway","devices":[]}\n',
  });
  expect(await bus.auxctl("resolve", "auxiliary:gateway.x")).toMatchObject({ code: 0, stdout: "extra\n" });
  expect(await bus.auxctl("resolve", "--running", "auxiliary:gateway.x"), "it is on the blacklist").toMatchObject({
    code: 1,
  });
  expect(await bus.auxctl("modprobe", "-r", "gateway")).toEqual(done);
  expect(JSON.parse((await bus.auxctl("lsmod", "--json")).stdout)).toEqual([]);
  expect(await bus.auxctl("modprobe", "-r", "gateway")).toEqual(refused("module gateway is not loaded (ENOENT)"));
});

test("hosts, parked devices, and names for completion", async () => {
  const bus = await runningBus(["gateway"], shelf().folder);
  expect(await bus.auxctl("hosts")).toEqual({ ...done, stdout: "no module is isolated\n" });
  expect(await bus.auxctl("reset", "x.y.0")).toEqual(refused("there is no auxiliary device x.y.0 (ENODEV)"));
  expect((await bus.auxctl("names", "loaded")).stdout).toBe("base\ngateway\n");
  expect((await bus.auxctl("names", "parked")).stdout).toBe("");
  expect((await bus.auxctl("names", "installed")).stdout.split("\n")).toContain("extra");
  expect(await bus.auxctl("names", "nothing")).toMatchObject({ code: 2 });
});

test("a second bus needs no socket of its own, and the first one keeps its own", async () => {
  const { folder } = shelf();
  const bus = await runningBus(["gateway"], folder);
  expect(await bus.auxctl("run", "base", "--once")).toMatchObject({ code: 0 });
  expect(await bus.auxctl("lsmod", "--socket", bus.socket)).toMatchObject({ code: 0 });
});
