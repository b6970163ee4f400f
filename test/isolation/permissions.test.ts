import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { AuxiliaryDevice } from "auxbus";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { PuppetRig } from "./puppets.ts";

let rig: PuppetRig;
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "auxbus-permissions-"));
  writeFileSync(join(folder, "secret"), "of the user");
});

afterEach(async () => {
  await rig.end();
  rmSync(folder, { recursive: true });
});

async function puppet(limits: { read?: string[]; write?: string[] } = {}): Promise<AuxiliaryDevice> {
  rig = new PuppetRig({ limits: { puppet: limits } });
  await rig.load("process");
  return rig.puppet();
}

/** In real time, as files are. */
const ask = (device: AuxiliaryDevice, what: string, ...args: unknown[]): Promise<unknown> => device.call(what, ...args);

describe("a process may", () => {
  test("read and write nothing but its code, and start nothing", async () => {
    const device = await puppet();
    const denied = { code: "ERR_ACCESS_DENIED" };
    await expect(ask(device, "read", join(folder, "secret"))).rejects.toMatchObject(denied);
    await expect(ask(device, "read", "/etc/passwd")).rejects.toMatchObject(denied);
    await expect(ask(device, "write", join(folder, "mine"), "x")).rejects.toMatchObject(denied);
    await expect(ask(device, "spawn")).rejects.toMatchObject(denied);
    expect(await ask(device, "read", join(import.meta.dirname, "modules/puppet.js"))).toMatch(/^\/\/ A driver/);
  });

  test("read what it was granted to read", async () => {
    const device = await puppet({ read: [folder] });
    expect(await ask(device, "read", join(folder, "secret"))).toBe("of the user");
    await expect(ask(device, "write", join(folder, "secret"), "x")).rejects.toMatchObject({
      code: "ERR_ACCESS_DENIED",
    });
    expect(readFileSync(join(folder, "secret"), "utf8")).toBe("of the user");
  });

  test("write what it was granted to write", async () => {
    const device = await puppet({ write: [join(folder, "mine")] });
    await ask(device, "write", join(folder, "mine"), "written");
    expect(readFileSync(join(folder, "mine"), "utf8")).toBe("written");
    await expect(ask(device, "write", join(folder, "other"), "x")).rejects.toMatchObject({ code: "ERR_ACCESS_DENIED" });
  });
});
