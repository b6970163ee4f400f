import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { beforeAll, describe, expect, test } from "vitest";
import { auxctl } from "./fake-io.ts";
import { mlx5 } from "./linux/cards.ts";
import { tempFolder } from "./temp-folder.ts";

const ROOT = join(import.meta.dirname, "..");
const BIN = join(ROOT, "packages/auxctl/bin/auxctl.cjs");
const COMMANDS = [
  ...["ls", "tree", "show", "explain", "bind", "unbind", "rebind", "rescan", "override", "autoprobe"],
  ...["park", "unpark", "reset", "monitor", "wait", "snapshot", "diff", "console"],
  ...[
    "lsmod",
    "hosts",
    "modinfo",
    "drivers",
    "depmod",
    "resolve",
    "modprobe",
    "rmmod",
    "param",
    "upgrade",
    "blacklist",
  ],
  ...["run", "up", "down", "reload", "status", "log", "top", "settings", "token", "suspend", "resume"],
  ...["replay", "completion"],
];
const EXAMPLES = join(ROOT, "conformance/examples");

/** Without a bus, whoever else runs one. */
const ENV = { ...process.env, XDG_RUNTIME_DIR: "/nowhere" };

function bin(args: readonly string[], cwd: string = ROOT): { code: number | null; stdout: string; stderr: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [BIN, ...args], { cwd, env: ENV, encoding: "utf8" });
  return { code: status, stdout, stderr };
}

describe("the auxctl program, as it is installed", () => {
  beforeAll(() => {
    const { stderr } = bin(["--version"]);
    if (stderr.includes("MODULE_NOT_FOUND")) throw new Error("auxctl is not built: run npm run build first");
    const built = (path: string): number => statSync(join(ROOT, "packages/auxctl", path)).mtimeMs;
    if (built("lib/auxctl.cjs") < built("dist/.tsbuildinfo")) {
      throw new Error("auxctl is compiled, but lib/auxctl.cjs is of before: run npm run build");
    }
  });

  test("takes snapshots, opens and compares them: what is loaded for it is there", () => {
    const folder = tempFolder();
    mlx5(join(folder, "machine"));
    const taken = bin(["--root", "machine", "snapshot", "one.json.gz"], folder);
    expect(taken).toEqual({ code: 0, stdout: "one.json.gz: 9 devices, 6 drivers\n", stderr: "" });
    expect(bin(["ls", "--file", "one.json.gz", "--unbound"], folder).stdout).toMatch(/\nmlx5_core\.vnet\.0 /);
    expect(bin(["diff", "one.json.gz", "one.json.gz"], folder)).toEqual({
      ...{ code: 0, stdout: "no differences\n", stderr: "" },
    });
  });

  test("tells its version", () => {
    const manifest: { version: string } = JSON.parse(readFileSync(join(ROOT, "packages/auxctl/package.json"), "utf8"));
    expect(bin(["--version"])).toEqual({ code: 0, stdout: `${manifest.version}\n`, stderr: "" });
  });

  test("replays a scenario byte for byte", () => {
    const stdout = readFileSync(join(EXAMPLES, "001-basic.trace"), "utf8");
    expect(bin(["replay", join(EXAMPLES, "001-basic.aux")])).toEqual({ code: 0, stdout, stderr: "" });
  });

  test("checks every scenario", () => {
    const { code, stdout } = bin(["replay", "--check", "conformance"]);
    expect(stdout).toContain("301 equal to Linux 7.3, 10 to a documented refusal, 0 differ");
    expect(code).toBe(0);
  });

  test("ends with 1 for a difference and 2 for what it cannot understand", () => {
    const cwd = tempFolder({ "x.aux": "log x", "x.trace": "y\n" });
    expect(bin(["replay", "--check", "x.aux"], cwd).code).toBe(1);
    expect(bin(["replay", "nope.aux"], cwd)).toEqual({
      code: 2,
      stdout: "",
      stderr: "auxctl: nope.aux: no such file or folder\n",
    });
    expect(bin(["frob"], cwd)).toEqual({
      code: 2,
      stdout: "",
      stderr:
        "auxctl: unknown command 'frob'\n" +
        "(no host is running; start one with auxctl up or auxctl run, or name it with --host)\n(try --help)\n",
    });
  });

  test("is quiet when its reader has seen enough", () => {
    const pipeline = `"${process.execPath}" "${BIN}" replay conformance | head -n 1`;
    const { stdout, stderr } = spawnSync("bash", ["-o", "pipefail", "-c", pipeline], { cwd: ROOT, encoding: "utf8" });
    expect(stdout).toMatch(/^=== BEGIN /);
    expect(stderr).toBe("");
  });

  test("runs a bus until SIGTERM, and takes it down in order", async () => {
    const nic = `let nic;
export const init = ({ core }) => { nic = core.addRootDevice("nic0"); };
export const exit = () => nic.destroy();`;
    const cwd = tempFolder({ "nic.mjs": nic });
    const child = spawn(process.execPath, [BIN, "run", "--json", "./nic.mjs"], { cwd });
    const printed = text(child.stdout);
    let seen = "";
    child.stdout.on("data", (chunk: Buffer) => {
      seen += chunk.toString();
      // Once: a second one, after the orderly end has begun, is answered by an end at once.
      if (!child.killed && seen.includes('"tree"')) child.kill("SIGTERM");
    });
    const [code] = await once(child, "close");
    const types = (await printed)
      .trimEnd()
      .split("\n")
      .map((line) => String(JSON.parse(line).type));
    expect(types.filter((type) => type !== "uevent")).toEqual(["auxctl", "module", "tree", "module"]);
    expect(types.filter((type) => type === "uevent")).toHaveLength(2);
    expect(code).toBe(0);
  });
});

describe("help", () => {
  test.each([[["--help"]], ...COMMANDS.map((command) => [[command, "--help"]])])(
    "%j has examples and exit codes",
    async (args) => {
      const { code, stdout } = await auxctl(args);
      expect(stdout).toMatch(/^Examples:\n {2}\S/m);
      expect(stdout).toMatch(/^Exit codes:\n {2}0 {2}/m);
      expect(stdout).not.toMatch(/.{121}/);
      expect(code).toBe(0);
    },
  );

  test("without a command, help is shown and the end is 2", async () => {
    const { code, stderr } = await auxctl([]);
    expect(stderr).toContain("Usage: auxctl");
    expect(code).toBe(2);
  });
});

describe("auxctl completion", () => {
  test("bash completes commands, options, files and shells", async () => {
    const { stdout: script } = await auxctl(["completion", "bash"]);
    const complete = (...words: string[]): string[] => {
      const line = ["auxctl", ...words].join(" ");
      const ask = `auxctl() { "${process.execPath}" "${BIN}" "$@"; }\n${script}\nCOMP_LINE=${JSON.stringify(line)}; COMP_POINT=\${#COMP_LINE}; _auxctl; printf '%s\\n' "\${COMPREPLY[@]}"`;
      const { stdout, stderr } = spawnSync("bash", ["-c", ask], { cwd: EXAMPLES, env: ENV, encoding: "utf8" });
      expect(stderr).toBe("");
      return stdout.trimEnd().split("\n");
    };
    expect(complete("re")).toEqual(["rebind", "rescan", "reset", "resolve", "reload", "resume", "replay"]);
    expect(complete("")).toEqual([...COMMANDS, "help", "--help", "--version"]);
    expect(complete("replay", "--")).toEqual(["--check", "--strict", "--json", "--help"]);
    expect(complete("run", "-p")).toEqual(["-p"]);
    expect(complete("ls", "--state", "")).toEqual(["bound", "unbound", "deferred", "probing"]);
    expect(complete("ls", "--state=un")).toEqual(["unbound"]);
    expect(complete("autoprobe", "auxiliary", "")).toEqual(["on", "off"]);
    expect(complete("replay", "001-basic.a")).toEqual(["001-basic.aux"]);
    expect(complete("completion", "")).toEqual(["bash", "zsh", "fish"]);
    expect(complete("help", "comp")).toEqual(["completion"]);
    expect(complete("modinfo", "snd_sof_i")).toEqual(["snd_sof_ipc_flood_test", "snd_sof_ipc_msg_injector"]);
    expect(complete("run", "snd_sof_pro")).toEqual(["snd_sof_probes"]);
    expect(complete("run", "001-basic.a")).toEqual(["001-basic.aux"]);
  });

  test("zsh and fish ask for all that can come, with what it is about", async () => {
    expect((await auxctl(["completion", "zsh"])).stdout).toMatch(
      /^#compdef auxctl lsaux\n[^]*auxctl names \$about -- /,
    );
    expect((await auxctl(["completion", "fish"])).stdout).toMatch(
      /^# fish[^]*__auxctl_complete line[^]*__auxctl_complete lsaux/,
    );
    const line = async (...words: string[]): Promise<string[]> =>
      (await auxctl(["names", "line", "--", ...words], { env: { XDG_RUNTIME_DIR: "/nowhere" } })).stdout
        .trimEnd()
        .split("\n");
    expect(await line("ru")).toEqual(["words", "run\trun a bus with modules in the foreground"]);
    expect(await line("run", "--pa")).toEqual(["words", "--param\tset a parameter of a module (repeatable)"]);
    expect(await line("up", "--config", "")).toEqual(["files"]);
    expect(await line("nobody", "")).toEqual(["words"]);
  });

  test("refuses a shell that it does not know", async () => {
    const { code, stderr } = await auxctl(["completion", "tcsh"]);
    expect(stderr).toContain("Allowed choices are bash, zsh, fish.");
    expect(code).toBe(2);
  });
});
