import { DriverCore, errnoOf, Module } from "auxbus";
import { VirtualRuntime } from "@auxbus/testing";
import { beforeEach, describe, expect, test } from "vitest";
import { Debugfs } from "./debugfs.ts";
import type { DebugfsDir } from "./nodes.ts";

let runtime: VirtualRuntime;
let debugfs: Debugfs;
let dir: DebugfsDir;

beforeEach(() => {
  runtime = new VirtualRuntime();
  debugfs = Debugfs.of(new DriverCore({ runtime }));
  dir = debugfs.createDir("sof");
});

const after = (ms: number): Promise<void> => new Promise((resolve) => runtime.setTimer(resolve, ms));
const codeOf = (promise: Promise<unknown>): Promise<string> => promise.then(() => "ok", errnoOf);

/** Whether a promise settles without anybody doing anything. */
async function settles(promise: Promise<unknown>): Promise<boolean> {
  let settled = false;
  const settle = (): void => {
    settled = true;
  };
  promise.then(settle, settle);
  await runtime.runUntilIdle();
  return settled;
}

test("a core has one debugfs of its own", () => {
  const core = new DriverCore();
  expect(Debugfs.of(core)).toBe(Debugfs.of(core));
  expect(Debugfs.of(core)).not.toBe(debugfs);
  expect(Debugfs.of(core).list("")).toEqual([]);
});

describe("the tree", () => {
  test("folders, files and links are listed by name, and found by path", async () => {
    const inner = debugfs.createDir("b", dir);
    debugfs.createFile("file", inner, { read: () => "text\n" });
    debugfs.createFile("a", dir, {});
    debugfs.createSymlink("c", dir, "b/file");
    debugfs.createSymlink("up", inner, "../c");
    expect(debugfs.list("sof")).toEqual(["a", "b", "c"]);
    expect(debugfs.list("/sof/b/")).toEqual(["file", "up"]);
    expect(await debugfs.read("sof/c")).toBe("text\n");
    expect(await debugfs.read("sof/b/up"), "a link to a link").toBe("text\n");
    expect(debugfs.exists("sof/c")).toBe(true);
    expect(debugfs.exists("sof/d")).toBe(false);
  });

  test("what is not there, is there already, or is something else", async () => {
    debugfs.createFile("file", dir, {});
    expect(() => debugfs.createDir("sof")).toThrow(/EEXIST.*sof/);
    expect(() => debugfs.createFile("file", dir, {})).toThrow(/EEXIST.*sof\/file/);
    expect(() => debugfs.list("sof/file")).toThrow(/ENOTDIR/);
    expect(() => debugfs.list("no")).toThrow(/ENOENT/);
    expect(await codeOf(debugfs.open("sof/no"))).toBe("ENOENT");
    expect(await codeOf(debugfs.open("sof"))).toBe("EISDIR");
    expect(await codeOf(debugfs.open("sof/file/x"))).toBe("ENOTDIR");
    debugfs.createSymlink("dangling", dir, "gone");
    debugfs.createSymlink("round", dir, "round");
    expect(await codeOf(debugfs.open("sof/dangling"))).toBe("ENOENT");
    expect(await codeOf(debugfs.open("sof/round"))).toBe("ENOENT");
  });

  test("removing a folder removes what is in it; its name is free again", async () => {
    debugfs.createFile("file", debugfs.createDir("b", dir), {});
    await debugfs.remove(dir);
    expect(debugfs.list("")).toEqual([]);
    dir = debugfs.createDir("sof");
    expect(debugfs.list("sof")).toEqual([]);
  });

  test("nothing can be created in a folder that was removed", async () => {
    const inner = debugfs.createDir("b", dir);
    await debugfs.remove(dir);
    expect(() => debugfs.createFile("file", inner, {})).toThrow(/ENOENT.*sof\/b\/file/);
  });

  test("removing an old folder leaves the new one of its name alone", async () => {
    await debugfs.remove(dir);
    debugfs.createDir("sof");
    await debugfs.remove(dir);
    expect(debugfs.list("")).toEqual(["sof"]);
  });
});

describe("an open file", () => {
  test("is read and written, as text and as bytes, and closed once", async () => {
    const calls: string[] = [];
    debugfs.createFile("file", dir, {
      open: () => void calls.push("open"),
      read: () => new Uint8Array([104, 105]),
      write: (data) => {
        calls.push(`write ${new TextDecoder().decode(data)}`);
        return data.byteLength;
      },
      release: () => void calls.push("release"),
    });
    const handle = await debugfs.open("sof/file");
    expect(await handle.readText()).toBe("hi");
    expect(await handle.read()).toEqual(new Uint8Array([104, 105]));
    expect(await handle.write("x")).toBe(1);
    expect(await handle.write(new Uint8Array([121, 122]))).toBe(2);
    await handle.close();
    await handle.close();
    expect(calls).toEqual(["open", "write x", "write yz", "release"]);
    expect(await codeOf(handle.read())).toBe("EBADF");
    expect(await codeOf(handle.write("x"))).toBe("EBADF");
  });

  test("that cannot be read or written says so", async () => {
    debugfs.createFile("none", dir, {});
    const handle = await debugfs.open("sof/none");
    expect(await codeOf(handle.read())).toBe("EINVAL");
    expect(await codeOf(handle.write(""))).toBe("EINVAL");
    await handle.close();
  });

  test("pins its owner until it is closed, also when opening or releasing fails", async () => {
    const owner = new Module("client");
    let fail = "open";
    const failing = (what: string) => (): void => {
      if (fail === what) throw new Error(`${what} fails`);
    };
    debugfs.createFile("file", dir, { open: failing("open"), release: failing("release") }, { owner });
    await expect(debugfs.open("sof/file")).rejects.toThrow("open fails");
    expect(owner.refs).toBe(0);
    fail = "release";
    const handle = await debugfs.open("sof/file");
    expect(owner.users()).toEqual(["debugfs:sof/file"]);
    expect(() => owner.startGoing()).toThrow(/EBUSY.*debugfs:sof\/file/);
    await expect(handle.close()).rejects.toThrow("release fails");
    expect(owner.refs).toBe(0);
    owner.startGoing();
    expect(await codeOf(debugfs.open("sof/file")), "its module is being unloaded").toBe("ENODEV");
  });
});

describe("removing a file", () => {
  test("waits for reads and writes that are going on; then the open handle is dead", async () => {
    const file = debugfs.createFile("file", dir, { read: () => after(10).then(() => "late") });
    const handle = await debugfs.open("sof/file");
    const reading = handle.readText();
    const removing = debugfs.remove(file);
    expect(await settles(removing)).toBe(false);
    expect(debugfs.list("sof"), "nothing new can be opened").toEqual([]);
    await runtime.advance(10);
    expect(await reading).toBe("late");
    await removing;
    expect(await codeOf(handle.read())).toBe("EIO");
    await handle.close();
  });

  test("that is held while open waits until every handle is closed", async () => {
    const file = debugfs.createFile("file", dir, { read: () => "text" }, { holdWhileOpen: true });
    const first = await debugfs.open("sof/file");
    const second = await debugfs.open("sof/file");
    const removing = debugfs.remove(file);
    expect(await settles(removing)).toBe(false);
    expect(await codeOf(debugfs.open("sof/file"))).toBe("ENOENT");
    expect(await codeOf(first.read())).toBe("EIO");
    await first.close();
    expect(await settles(removing)).toBe(false);
    await second.close();
    await removing;
  });

  test("waits for a close that takes its time, once its release has been called", async () => {
    const released: string[] = [];
    const release = (): Promise<void> => after(10).then(() => void released.push("released"));
    const file = debugfs.createFile("file", dir, { release }, { holdWhileOpen: true });
    const handle = await debugfs.open("sof/file");
    const closing = handle.close();
    const removing = debugfs.remove(file).then(() => released.push("removed"));
    expect(await settles(removing)).toBe(false);
    await runtime.advance(10);
    await Promise.all([closing, removing]);
    expect(released).toEqual(["released", "removed"]);
  });

  test("waits for an open that is going on", async () => {
    const file = debugfs.createFile("file", dir, { open: () => after(10) }, { holdWhileOpen: true });
    const opening = debugfs.open("sof/file");
    const removing = debugfs.remove(file);
    expect(await settles(removing)).toBe(false);
    await runtime.advance(10);
    const handle = await opening;
    expect(await settles(removing)).toBe(false);
    await handle.close();
    await removing;
  });

  test("a folder with an open file waits, and the other files are gone at once", async () => {
    debugfs.createFile("held", dir, {}, { holdWhileOpen: true });
    debugfs.createFile("other", dir, {});
    const handle = await debugfs.open("sof/held");
    const removing = debugfs.remove(dir);
    expect(await settles(removing)).toBe(false);
    expect(debugfs.list("")).toEqual([]);
    expect(await codeOf(debugfs.open("sof/other"))).toBe("ENOENT");
    await handle.close();
    await removing;
  });
});

test("idle: resolves when no read or write is going on anywhere", async () => {
  debugfs.createFile("file", dir, { read: () => after(10).then(() => "") });
  await debugfs.idle();
  const handle = await debugfs.open("sof/file");
  const reading = handle.read();
  const idle = debugfs.idle();
  expect(await settles(idle)).toBe(false);
  await runtime.advance(10);
  await Promise.all([reading, idle]);
  expect(await settles(debugfs.idle()), "an open file does not count").toBe(true);
  await handle.close();
});
