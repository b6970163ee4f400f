import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { auxctl } from "./fake-io.ts";
import { tempFolder } from "./temp-folder.ts";

const CONFORMANCE = join(import.meta.dirname, "../conformance");
const SCENARIO = "parent p0\ndevice d0 parent=p0 name=fn\ninit d0\n";
const TRACE = "uevent add /devices/p0\nparent p0 -> 0\ninit d0 -> 0\n";

describe("auxctl replay", () => {
  test("prints the trace of one scenario as it was recorded", async () => {
    const ran = await auxctl(["replay", join(CONFORMANCE, "examples/001-basic.aux")]);
    expect(ran).toEqual({
      code: 0,
      stdout: readFileSync(join(CONFORMANCE, "examples/001-basic.trace"), "utf8"),
      stderr: "",
    });
  });

  test("frames several traces, in the order of their names", async () => {
    const cwd = tempFolder({
      "m10.aux": "log ten",
      "m2.aux": "log two",
      "sub/m1.aux": "settle",
      "notes.txt": "no scenario",
    });
    expect((await auxctl(["replay", "."], { cwd })).stdout).toBe(
      "=== BEGIN m2\ntwo\n=== END m2\n=== BEGIN m10\nten\n=== END m10\n=== BEGIN m1\n=== END m1\n",
    );
  });

  test("reads the standard input", async () => {
    expect(await auxctl(["replay", "-"], { input: SCENARIO })).toEqual({ code: 0, stdout: TRACE, stderr: "" });
    expect(await auxctl(["replay", "-"], { input: "settle" })).toEqual({ code: 0, stdout: "", stderr: "" });
  });

  test("--check is content with every recorded scenario", async () => {
    const { code, stdout } = await auxctl(["replay", "--check", CONFORMANCE]);
    expect(stdout).toMatch(
      /^311 scenarios in \d+\.\d s: 301 equal to Linux 7\.3, 10 to a documented refusal, 0 differ\n$/,
    );
    expect(code).toBe(0);
  });

  test("--check shows what differs, and ends with 1", async () => {
    const cwd = tempFolder({ "x.aux": SCENARIO, "x.trace": TRACE.replace("init d0 -> 0", "init d0 -> -EINVAL") });
    const { code, stdout } = await auxctl(["replay", "--check", "x.aux"], { cwd });
    expect(code).toBe(1);
    expect(stdout).toContain(
      "differs x.aux (- Linux, + this bus)\n  uevent add /devices/p0\n  parent p0 -> 0\n- init d0 -> -EINVAL\n+ init d0 -> 0\n",
    );
    expect(stdout).toMatch(/1 scenario in .* 0 equal to Linux 7\.3, 1 differs\n$/);
  });

  test("--check lets work beside the commands come in where the recording has it", async () => {
    const scenario = `${SCENARIO}add d0 modname=core\ndriver a modname=ma ids=core.fn async\nregister a\nsettle\nlog quiet\n`;
    const begin = `${TRACE}uevent add /devices/p0/core.fn.0\nadd d0 -> 0\n`;
    const probe = "probe a core.fn.0 id=core.fn data=0\nprobed a core.fn.0 -> 0\nuevent bind /devices/p0/core.fn.0\n";
    const [uevent, registered, quiet] = ["uevent add /bus/auxiliary/drivers/ma\n", "register a -> 0\n", "quiet\n"];
    const check = async (...parts: readonly string[]): Promise<number | null> => {
      const cwd = tempFolder({ "x.aux": scenario, "x.trace": begin + parts.join("") });
      return (await auxctl(["replay", "--check", "x.aux"], { cwd })).code;
    };
    expect(await check(uevent, registered, probe, quiet)).toBe(0);
    expect(await check(uevent, probe, registered, quiet)).toBe(0);
    expect(await check(probe, uevent, registered, quiet)).toBe(0);
    expect(await check(uevent, registered, quiet, probe)).toBe(1);
    expect(await check(registered, uevent, probe, quiet)).toBe(1);
  });

  test("--check prefers what is documented for a misuse, in strict mode", async () => {
    const scenario = `${SCENARIO}add d0 modname=core\ndelete d0\nadd d0 modname=core\n`;
    const before = `${TRACE}uevent add /devices/p0/core.fn.0\nadd d0 -> 0\nuevent remove /devices/p0/core.fn.0\ndelete d0\n`;
    const linux = `${before}uevent add /devices/p0/core.fn.0\nadd d0 -> 0\n`;
    const ours = `${before}add d0 -> -EINVAL\n`;
    const both = tempFolder({ "x.aux": scenario, "x.trace": linux, "x.trace-auxbus": ours });
    expect((await auxctl(["replay", "--check", "x.aux"], { cwd: both })).stdout).toContain(
      "1 to a documented refusal, 0 differ",
    );
    const one = tempFolder({ "x.aux": scenario, "x.trace": linux });
    expect((await auxctl(["replay", "--check", "x.aux"], { cwd: one })).stdout).toContain(
      "1 equal to Linux 7.3, 0 differ",
    );
    expect((await auxctl(["replay", "--check", "--strict", "x.aux"], { cwd: one })).code).toBe(1);
    expect((await auxctl(["replay", "--strict", "x.aux"], { cwd: one })).stdout).toBe(ours);
  });

  test("a bad scenario is told with its place, the others still run, and the end is 2", async () => {
    const cwd = tempFolder({ "a.aux": "settle\nfrob d0", "b.aux": "log fine" });
    const { code, stdout, stderr } = await auxctl(["replay", "a.aux", "b.aux"], { cwd });
    expect(code).toBe(2);
    expect(stdout).toBe("=== BEGIN b\nfine\n=== END b\n");
    expect(stderr).toMatch(/^auxctl: a\.aux:2: "frob" is no command; expected one of: add, /);
  });

  test.each([
    [["replay", "nope.aux"], "auxctl: nope.aux: no such file or folder\n"],
    [["replay", "empty"], "auxctl: empty: no scenario (*.aux) below this folder\n"],
    [["replay", "--check", "x.aux"], "auxctl: x.aux: there is no x.trace beside it to compare with\n"],
    [["replay", "--check", "-"], "auxctl: --check needs files: the standard input has no trace beside it\n"],
    [["replay"], "auxctl: missing required argument 'path'\n(try --help)\n"],
    [["replay", "--frob", "x.aux"], "auxctl: unknown option '--frob'\n(try --help)\n"],
  ])("%j is a usage error", async (args, message) => {
    const cwd = tempFolder({ "x.aux": "settle", "empty/notes.txt": "" });
    const { code, stderr } = await auxctl(args, { cwd });
    expect(stderr).toBe(message);
    expect(code).toBe(2);
  });

  test("--json prints one object a line", async () => {
    const cwd = tempFolder({
      "x.aux": SCENARIO,
      "x.trace": TRACE,
      "bad.aux": "frob",
      "y.aux": "log y",
      "y.trace": "z\n",
    });
    const { code, stdout } = await auxctl(["replay", "--check", "--json", "x.aux", "y.aux", "bad.aux"], { cwd });
    expect(code).toBe(2);
    const records: unknown[] = stdout
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(records).toEqual([
      {
        type: "scenario",
        name: "x",
        file: "x.aux",
        trace: TRACE.trimEnd().split("\n"),
        check: { against: "linux", equal: true, expected: TRACE.trimEnd().split("\n") },
      },
      {
        type: "scenario",
        name: "y",
        file: "y.aux",
        trace: ["y"],
        check: { against: "linux", equal: false, expected: ["z"] },
      },
      { type: "error", file: "bad.aux", message: expect.stringContaining("bad.aux:1:") },
      { type: "summary", scenarios: 3, linux: 1, refused: 0, different: 1, unusable: 1, seconds: expect.any(Number) },
    ]);
  });

  test("colours and progress are for terminals only", async () => {
    const files = { "x.aux": "log x", "x.trace": "y\n", "z.aux": "log z", "z.trace": "z\n" };
    const ESC = "\u001b";
    const seen = await auxctl(["replay", "--check", "."], { cwd: tempFolder(files), tty: true });
    expect(seen.stdout).toContain(`${ESC}[31m- y${ESC}[39m`);
    expect(seen.stderr).toContain("replayed 1 of 2");
    expect(seen.stderr.endsWith(`\r${ESC}[K`)).toBe(true);
    const plain = await auxctl(["replay", "--check", "."], {
      cwd: tempFolder(files),
      tty: true,
      env: { NO_COLOR: "1" },
    });
    expect(plain.stdout).not.toContain(ESC);
    const piped = await auxctl(["replay", "--check", "."], { cwd: tempFolder(files) });
    expect(piped.stdout + piped.stderr).not.toContain(ESC);
    expect(piped.stderr).toBe("");
  });
});
