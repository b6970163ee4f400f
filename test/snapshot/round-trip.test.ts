import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import { openSnapshot, SnapshotView, textOf, writeSnapshot } from "@auxbus/snapshot";
import { BusError, type BusView, errnoOf, type SysfsEntry } from "auxbus";
import { describe, expect, test } from "vitest";
import { tempFolder } from "../temp-folder.ts";
import { everythingBelow, makeBus, NIC, snapshotOf } from "./world.ts";

/** All but the folders that describe links between devices. */
const FOLDERS = ["devices/0000:03:00.0", "bus", "class", "module"];

describe("a snapshot", () => {
  test("shows what the bus showed", async () => {
    const core = await makeBus();
    const live = core.view();
    const file = join(tempFolder(), "a.json");
    await writeSnapshot(await snapshotOf(live), file);
    const view = await openSnapshot(file);
    const expected = await everythingBelow(live, FOLDERS);
    // Bytes that are no text are left out.
    expected["devices/0000:03:00.0/eeprom"] = "EINVAL";
    expect(await everythingBelow(view, FOLDERS)).toEqual(expected);
    const lists = await live.snapshot();
    expect(await view.snapshot()).toEqual(lists);
    expect(await view.snapshot(["drivers"])).toEqual({ ...lists, buses: [], devices: [], links: [] });
    for (const { path } of lists.devices) expect(await view.explain(path)).toEqual(await live.explain(path));
  });

  test("follows links, tells why something could not be read, and refuses as the bus does", async () => {
    const core = await makeBus();
    const live = core.view();
    const view = new SnapshotView(await snapshotOf(live), "a.json");
    expect(await view.read("bus/auxiliary/devices/nic.eth.0/driver/nic.eth.0/modalias").catch(errnoOf)).toEqual(
      await live.read("bus/auxiliary/devices/nic.eth.0/driver/nic.eth.0/modalias").catch(errnoOf),
    );
    expect(await view.read(`${NIC.slice(1)}/tuning`)).toBe("7\n");
    await expect(view.read(`${NIC.slice(1)}/stuck`)).rejects.toThrow(
      "the firmware does not answer (when the snapshot was taken)",
    );
    for (const path of ["devices/none", "bus/auxiliary/devices", `${NIC.slice(1)}/reset`, "../etc/passwd"]) {
      expect(await view.read(path).catch(errnoOf)).toBe(await live.read(path).catch(errnoOf));
    }
    for (const path of ["devices/none", `${NIC.slice(1)}/tuning`, `${NIC.slice(1)}/tuning/x`, ".."]) {
      expect(await view.list(path).catch(errnoOf)).not.toBeInstanceOf(Array);
    }
  });

  test("changes nothing, and has no events", async () => {
    const view: BusView = new SnapshotView(await snapshotOf((await makeBus()).view()), "a.json");
    const changes = [
      view.write("bus/auxiliary/drivers_autoprobe", "0"),
      view.bind("auxiliary", "eth", "nic.vdpa.0"),
      view.unbind("auxiliary", "eth", "nic.eth.0"),
      view.rescan("auxiliary", "nic.eth.0"),
      view.override("auxiliary", "nic.eth.0", null),
    ];
    for (const change of changes) await expect(change).rejects.toMatchObject({ code: "EROFS" });
    await expect(view.unbind("auxiliary", "eth", "nic.eth.0")).rejects.toThrow("a.json is a snapshot");
    let listening = false;
    for await (const _event of view.uevents({ listening: () => (listening = true) })) expect.unreachable();
    expect(listening).toBe(true);
  });

  test("is for its owner alone, whole or not there, and compressed by its name", async () => {
    const file = await snapshotOf((await makeBus()).view());
    const folder = tempFolder();
    await writeSnapshot(file, join(folder, "a.json.gz"));
    await writeSnapshot(file, join(folder, "a.json"));
    const text = [...textOf(file)].join("");
    expect(gunzipSync(readFileSync(join(folder, "a.json.gz"))).toString()).toBe(text);
    expect(readFileSync(join(folder, "a.json"), "utf8")).toBe(text);
    expect(statSync(join(folder, "a.json")).mode & 0o777).toBe(0o600);
    // What is compressed is known by how it begins.
    writeFileSync(join(folder, "renamed"), gzipSync(text));
    expect((await openSnapshot(join(folder, "renamed"))).file).toEqual(file);
    await expect(writeSnapshot(file, join(folder, "b.json"), AbortSignal.abort())).rejects.toThrow("cannot write");
    expect(readdirSync(folder).toSorted()).toEqual(["a.json", "a.json.gz", "renamed"]);
    const nowhere = join(folder, "none", "a.json");
    await expect(writeSnapshot(file, nowhere)).rejects.toThrow(`cannot write ${nowhere}: ENOENT`);
  });

  test("leaves the registers and memory of PCI devices alone", async () => {
    const view = (await makeBus()).view();
    const folder = NIC.slice(1);
    const file = { kind: "file", readable: true, writable: false } as const;
    const added: readonly SysfsEntry[] = [
      { name: "subsystem", kind: "link", readable: true, writable: false, target: "bus/pci" },
      ...["config", "resource", "resource0"].map((name) => ({ ...file, name })),
    ];
    const seen: string[] = [];
    const list = view.list.bind(view);
    view.list = async (path) => (path === folder ? [...(await list(path)), ...added] : list(path));
    view.read = async (path) => {
      seen.push(path.slice(folder.length + 1));
      return "text\n";
    };
    const { sysfs } = await snapshotOf(view);
    expect(sysfs[folder]).toMatchObject({ config: { binary: true }, resource0: { binary: true }, resource: "text\n" });
    expect(seen).toContain("resource");
    expect(seen).not.toContain("config");
  });

  test("hears how far it is, and ends when it is to end", async () => {
    const core = await makeBus();
    const steps: string[] = [];
    const { gather } = await import("@auxbus/snapshot");
    const common = { tool: "test", source: "test", machine: "m", time: 0 };
    await gather(core.view(), { ...common, progress: (done, all) => steps.push(`${done}/${all}`) });
    expect(steps).toEqual(["1/5", "2/5", "3/5", "4/5", "5/5"]);
    const signal = AbortSignal.abort(new BusError("ECANCELED", "enough"));
    await expect(gather(core.view(), { ...common, signal })).rejects.toThrow("enough");
  });
});

describe("a file that cannot be opened is named, and what is wrong with it:", () => {
  test.each<readonly [what: string, content: (good: string) => string | Uint8Array, why: RegExp]>([
    ["cut off", (good) => good.slice(0, -20), /it is damaged: no JSON at/],
    ["cut off and compressed", (good) => gzipSync(good).subarray(0, 100), /it is damaged: unexpected end of file/],
    ["no text", () => Uint8Array.of(0xff, 0xfe, 0), /it is damaged/],
    ["empty", () => "", /it is damaged/],
    ["something else", () => `{"name":"auxbus"}`, /it is no snapshot of auxbus/],
    ["of a later program", (good) => good.replace(`"version": 1`, `"version": 2`), /version 2 .*take a newer one/],
    ["with a wrong member", (good) => good.replace(`"masked": false`, `"masked": "no"`), /masked: /],
    ["without parents", (good) => good.replace(`"parent":null`, `"parent":"/devices/x"`), /does not come before it/],
    ["out of /sys", (good) => good.replace(/^"bus\/auxiliary":/m, `"../etc":`), /\.\.\/etc is no path below \/sys/],
  ])("%s", async (_what, content, why) => {
    const good = [...textOf(await snapshotOf((await makeBus()).view()))].join("");
    const file = join(tempFolder(), "bad.json");
    writeFileSync(file, content(good));
    const failure = await openSnapshot(file).catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: "EINVAL" });
    expect(String(failure)).toContain(`cannot open snapshot ${file}: `);
    expect(String(failure)).toMatch(why);
  });

  test("not there, or no file", async () => {
    const folder = tempFolder();
    await expect(openSnapshot(join(folder, "none"))).rejects.toThrow(/cannot open snapshot .*none: ENOENT/);
    await expect(openSnapshot(folder)).rejects.toThrow(/it is no file/);
  });
});
