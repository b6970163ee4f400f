import { describe, expect, test } from "vitest";
import { parseScenario } from "./scenario.ts";
import { runScenario, type RunScenarioOptions } from "./scenario-runner.ts";

const run = (lines: readonly string[], options?: RunScenarioOptions): Promise<string[]> =>
  runScenario(parseScenario(lines.join("\n"), "x.aux"), options);

const DEVICE = ["parent p0", "device d0 parent=p0 name=fn", "init d0", "add d0 modname=core"];
const BLOCKED = [...DEVICE, "driver a modname=ma ids=core.fn block"];

describe("runScenario", () => {
  test("hands out each line as it comes, and all of them at the end", async () => {
    const seen: string[] = [];
    const trace = await run(["parent p0", "log now it  begins"], { onLine: (line) => seen.push(line) });
    expect(trace).toEqual(["uevent add /devices/p0", "parent p0 -> 0", "now it begins"]);
    expect(seen).toEqual(trace);
  });

  test("cleans up silently and names what leaks", async () => {
    const trace = await run([...DEVICE, "get d0", "device d1 parent=p0 name=fn id=1", "init d1", "device d2"]);
    expect(trace.slice(-2)).toEqual(["init d1 -> 0", "leak d0"]);
  });

  test("a command that could never finish is an error that says where", async () => {
    await expect(run([...BLOCKED, "register a"])).rejects.toThrow(
      "x.aux:6: register a never finishes: it waits for something that a later command would do; start it with bg",
    );
  });

  test("a blocked probe that nobody lets go is let go at the end", async () => {
    const trace = await run([...BLOCKED, "bg register a", "settle"]);
    expect(trace.at(-1)).toBe("probe a core.fn.0 id=core.fn data=0");
  });

  test("unblock lets later probes pass, too", async () => {
    const trace = await run([...BLOCKED, "unblock a", "register a"]);
    expect(trace.slice(-5)).toEqual([
      "probe a core.fn.0 id=core.fn data=0",
      "probed a core.fn.0 -> 0",
      "uevent bind /devices/p0/core.fn.0",
      "uevent add /bus/auxiliary/drivers/ma",
      "register a -> 0",
    ]);
  });

  test("what is done to an object that does not exist is refused, and the scenario goes on", async () => {
    const lines = [
      "parent p0",
      "unparent p0",
      "unparent p0",
      "device d0",
      "add d0 modname=core",
      "driver a modname=ma",
      "unregister a",
    ];
    expect((await run(lines)).slice(4)).toEqual([
      "unparent p0 -> -ENODEV",
      "add d0 -> -EINVAL",
      "unregister a -> -EINVAL",
    ]);
  });

  test("a device is initialised once, and again after its release", async () => {
    const trace = await run([...DEVICE.slice(0, 3), "init d0", "uninit d0", "init d0", "uninit d0"]);
    expect(trace.slice(2)).toEqual([
      "init d0 -> 0",
      "init d0 -> -EBUSY",
      "release d0",
      "uninit d0",
      "init d0 -> 0",
      "release d0",
      "uninit d0",
    ]);
  });

  test("a refused driver does not unregister its namesake", async () => {
    const lines = [
      "driver a modname=m ids=core.fn",
      "driver b modname=m ids=core.fn",
      "register a",
      "register b",
      "unregister b",
    ];
    expect((await run(lines)).slice(-2)).toEqual(["register b -> -EBUSY", "unregister b -> -EINVAL"]);
  });

  test("freezing only processes leaves the devices alone", async () => {
    const lines = [...DEVICE, "driver a modname=ma ids=core.fn pm", "register a"];
    expect((await run([...lines, "power freezer"])).at(-1)).toBe("power freezer -> 0");
    expect((await run([...lines, "power core"])).slice(-3)).toEqual([
      "pm_suspend a core.fn.0 -> 0",
      "pm_resume a core.fn.0 -> 0",
      "power core -> 0",
    ]);
  });

  test("a link that is refused is none", async () => {
    expect((await run([...DEVICE, "devlink d0 d0"])).at(-1)).toBe("devlink d0 d0 -> none");
  });

  test("strictly, a deleted device does not come back; else as Linux lets it", async () => {
    const lines = [...DEVICE, "delete d0", "add d0 modname=core"];
    expect((await run(lines)).at(-1)).toBe("add d0 -> 0");
    expect((await run(lines, { strict: true })).at(-1)).toBe("add d0 -> -EINVAL");
  });

  test("files that are not there are refused with their code", async () => {
    const lines = ["ls no/such/path", "cat no/such/file", "readlink no/such/link", "rescan no.such.0"];
    expect(await run(lines)).toEqual([
      "ls no/such/path -> -ENOENT",
      "cat no/such/file -> -ENOENT",
      "readlink no/such/link -> -ENOENT",
      "rescan no.such.0 -> -ENODEV",
    ]);
  });

  test("hands out what the bus logs", async () => {
    const messages: string[] = [];
    await run(["device d0 name=fn", "init d0"], { onLog: ({ message }) => messages.push(message) });
    expect(messages).toEqual(["auxiliary_device_init: auxiliary_device has a NULL dev->parent"]);
  });
});
