import { existsSync, readdirSync } from "node:fs";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { type GuestOutput, type Limits, runInFolder } from "./guest.ts";

const LONG: Limits = { patience: 60, seconds: 60 };

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "auxbus-guests-"));
  vi.stubEnv("TMPDIR", folder);
});

afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(folder, { recursive: true });
});

/** A guest that is a shell's commands, in the folder where it writes `debug` and `console`. */
function run(commands: string, limits: Limits, heard?: (line: string) => void): Promise<GuestOutput> {
  return runInFolder(async (at) => ["sh", "-c", `cd "$1" && ${commands}`, "sh", at("")], limits, heard);
}

test("what a guest has said is told line by line, and once", async () => {
  const lines: string[] = [];
  const output = await run(
    "printf 'a\\nb' >debug; sleep 0.7; printf 'c\\nd\\n' >>debug; printf 'x\\r\\n' >console",
    LONG,
    (line) => lines.push(line),
  );
  expect(output).toEqual({ debug: "a\nbc\nd\n", console: "x\n", stuck: undefined });
  expect(lines).toEqual(["a", "bc", "d"]);
  expect(readdirSync(folder)).toEqual([]);
});

test("a guest that says nothing any more is ended", async () => {
  const output = await run("echo a >debug; exec sleep 60", { ...LONG, patience: 1 });
  expect(output).toEqual({ debug: "a\n", console: "", stuck: "it has said nothing for 1 s" });
  expect(readdirSync(folder)).toEqual([]);
});

test("a guest that goes on saying something is ended, too", async () => {
  const { stuck } = await run("while sleep 0.1; do echo a >>debug; done", { ...LONG, seconds: 1 });
  expect(stuck).toBe("it was not done after 1 s");
});

test("a guest that says too much is ended, and no more is read", async () => {
  const { stuck, debug } = await run("while :; do cat /proc/self/maps >>debug; done", { ...LONG, bytes: 100_000 });
  expect(stuck).toBe("it has said more than 100000 bytes");
  expect(debug.length).toBeLessThan(300_000);
});

test("a guest that fails is an error, which tells what was complained of", async () => {
  await expect(run("echo no such machine >&2; exit 3", LONG)).rejects.toThrow("QEMU ended with 3: no such machine");
  await expect(runInFolder(async () => ["auxbus-no-such-program"], LONG)).rejects.toThrow("ENOENT");
  expect(readdirSync(folder)).toEqual([]);
});

test.each([
  ["SIGINT", 130],
  ["SIGTERM", 143],
] as const)("%s ends the guests, deletes their folders, and this program with %i", async (signal, code) => {
  // It is run from what is built, as users do.
  const program = `
    import { runInFolder } from ${JSON.stringify(new URL("../dist/guest.js", import.meta.url).href)};
    const limits = { patience: 60, seconds: 60 };
    void runInFolder(async () => ["sleep", "61"], limits);
    void runInFolder(async (at) => ["sh", "-c", 'echo $$ >"$1"; exec sleep 62', "sh", at("debug")], limits, (line) =>
      console.log(line),
    );
  `;
  const child = spawn(process.execPath, ["--input-type=module", "-e", program], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [pid] = await once(child.stdout.setEncoding("utf8"), "data");
  expect(readdirSync(folder)).toHaveLength(2);
  child.kill(signal);
  expect(await once(child, "exit")).toEqual([code, null]);
  expect(readdirSync(folder)).toEqual([]);
  await vi.waitFor(() => expect(existsSync(`/proc/${String(pid).trim()}/fd/1`)).toBe(false));
});
