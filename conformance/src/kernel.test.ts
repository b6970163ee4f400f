import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { kernelFolder, makeKernel } from "./kernel.ts";

let cache: string;

beforeEach(async () => {
  cache = await mkdtemp(join(tmpdir(), "auxbus-kernels-"));
});

afterEach(async () => {
  await rm(cache, { recursive: true });
});

test("images of the same name do not share a folder, nor with the kernels that have a name", () => {
  const env = { AUXBUS_KERNELS: "/cache" };
  expect(kernelFolder("6.1", env)).toBe("/cache/6.1");
  expect(kernelFolder("/boot/vmlinuz", env)).toMatch(/^\/cache\/vmlinuz-[0-9a-f]{12}$/);
  expect(kernelFolder("/srv/vmlinuz", env)).not.toBe(kernelFolder("/boot/vmlinuz", env));
  expect(kernelFolder("/boot/../boot/vmlinuz", env)).toBe(kernelFolder("/boot/vmlinuz", env));
  expect(kernelFolder("./6.1", env)).not.toBe("/cache/6.1");
});

test("an image that is not there is an error, and leaves nothing", async () => {
  for (const name of [join(cache, "vmlinuz"), "./6.1", "5.10", ".."]) {
    await expect(makeKernel(name, { ...process.env, AUXBUS_KERNELS: join(cache, "made") })).rejects.toThrow(
      `the kernel ${name} could not be made ready`,
    );
  }
  expect(existsSync(join(cache, "made"))).toBe(false);
});
