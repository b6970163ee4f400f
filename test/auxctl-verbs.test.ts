// What modules add to the command line: from the verb on the bus, over its socket, to the terminal.
import { spawn } from "node:child_process";
import { createServer } from "node:net";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { type DriverCore, BusError, toError } from "auxbus";
import { Control, type Verb, type VerbArgs, type VerbContext, type VerbParam } from "@auxbus/control";
import { beforeAll, beforeEach, describe, expect, onTestFinished, test } from "vitest";
import { runProgram } from "../packages/auxctl/src/program.ts";
import { auxctl, FakeIo, type Ran } from "./fake-io.ts";
import { Shelf } from "./modules/shelf.ts";
import { type RunningBus, runningBus } from "./running-bus.ts";
import { tempFolder } from "./temp-folder.ts";

const ROOT = join(import.meta.dirname, "..");
const BIN = join(ROOT, "packages/auxctl/bin/auxctl.cjs");

/** A module that lets the test onto the bus. */
const HATCH = `export function init({ core }) { globalThis.auxbusHatch?.(core); } export function exit() {}`;

let bus: RunningBus;
let control: Control;
let env: Record<string, string>;

beforeEach(async () => {
  const { folder } = new Shelf({ name: "hatch", code: HATCH });
  const opened = new Promise<DriverCore>((resolve) => void Object.assign(globalThis, { auxbusHatch: resolve }));
  bus = await runningBus(["hatch"], folder);
  control = Control.of(await opened);
  env = bus.io.env;
});

function verb(name: string, run: Verb["run"], params: readonly VerbParam[] = []): Verb {
  return { name, summary: `Does ${name}.`, params, run };
}

function ok(stdout: string): Ran {
  return { code: 0, stdout, stderr: "" };
}

function wrong(complaint: string): Ran {
  return { code: 2, stdout: "", stderr: `auxctl: ${complaint}\n` };
}

/** A gate that a verb waits at. */
class Gate {
  pass: () => void = () => undefined;
  readonly passed: Promise<void> = new Promise((resolve) => {
    this.pass = resolve;
  });
}

/** A verb that reports figures and then waits for its end. */
function watch(name = "perf watch"): { verb: Verb; ended: Promise<unknown> } {
  let end: (reason: unknown) => void = () => undefined;
  const ended = new Promise((resolve) => {
    end = resolve;
  });
  const run = (_args: VerbArgs, { signal, report }: VerbContext): Promise<never> => {
    report({ dev: "p0", rate: 12.5 });
    report({ dev: "port1", rate: 1_000_000_000 });
    return new Promise((_resolve, reject) => {
      signal.addEventListener("abort", () => {
        end(signal.reason);
        reject(toError(signal.reason));
      });
    });
  };
  return { verb: verb(name, run), ended };
}

const DEV: VerbParam = {
  name: "dev",
  positional: true,
  required: true,
  description: "address of the device",
  complete: () => ["pci/0000:08:00.0", "pci/0000:08:00.1", "$(touch pwned)", "bad\nname"],
};
const SET: readonly VerbParam[] = [
  DEV,
  { name: "mode", choices: ["legacy", "switchdev"], required: true, description: "mode of the eswitch" },
  { name: "encap", type: "boolean", description: "encapsulation" },
  { name: "limit", type: "number", description: "most flows" },
];

function addDevlink(): void {
  control.add(
    verb("devlink dev", () => "all", [
      { ...DEV, required: false },
      { name: "all", description: "x" },
    ]),
  );
  control.add(verb("devlink dev eswitch set", (args) => ({ ...args }), SET));
  control.add(verb("devlink port show", () => undefined));
}

describe("arguments", () => {
  const set = (...words: string[]): Promise<Ran> => bus.auxctl("devlink", "dev", "eswitch", "set", ...words);

  beforeEach(addDevlink);

  test.each([
    [["pci/0000:08:00.0", "mode", "switchdev"], { dev: "pci/0000:08:00.0", mode: "switchdev" }],
    [["x", "--mode", "legacy"], { dev: "x", mode: "legacy" }],
    [["--mode=legacy", "x"], { dev: "x", mode: "legacy" }],
    [["x", "mode", "legacy", "encap", "on", "limit", "5"], { dev: "x", mode: "legacy", encap: true, limit: 5 }],
    [["x", "limit", "0x10", "encap", "off", "mode", "legacy"], { dev: "x", mode: "legacy", encap: false, limit: 16 }],
    [["--encap", "x", "mode", "legacy", "--limit", "-5"], { dev: "x", mode: "legacy", encap: true, limit: -5 }],
    [["mode", "mode", "legacy"], { dev: "mode", mode: "legacy" }],
    [["x", "--mode", "legacy", "--", "limit", "-1"], { dev: "x", mode: "legacy", limit: -1 }],
  ])("%j are understood as iproute2 does, and as options", async (words, args) => {
    expect(await set("--json", ...words)).toEqual(ok(`${JSON.stringify(args)}\n`));
  });

  test("an optional word in its place gives way to a name", async () => {
    control.add(
      verb("look", (args) => ({ ...args }), [
        { ...DEV, required: false },
        { name: "level", description: "x" },
      ]),
    );
    const show = async (...words: string[]): Promise<unknown> =>
      JSON.parse((await bus.auxctl("look", "--json", ...words)).stdout);
    expect(await show()).toEqual({});
    expect(await show("level", "2")).toEqual({ level: "2" });
    expect(await show("p0", "level", "2")).toEqual({ dev: "p0", level: "2" });
    expect(await show("level", "2", "p0")).toEqual({ dev: "p0", level: "2" });
    expect(await show("p0")).toEqual({ dev: "p0" });
  });

  test.each([
    [["x", "mdoe", "legacy"], "unexpected mdoe, did you mean mode? (there are mode, encap, limit)"],
    [["x", "mode", "legacy", "y", "z"], "unexpected y (there are encap, limit)"],
    [["x", "mode", "offload"], 'mode is "offload", and has to be one of legacy, switchdev'],
    [["x", "mode", "legacy", "limit", "many"], 'limit is "many", and has to be a number'],
    [["x", "mode", "legacy", "encap", "maybe"], 'encap is "maybe", and has to be on or off'],
    [["x", "mode"], "mode has no value"],
    [["x"], "mode is missing: one of legacy, switchdev (mode of the eswitch)"],
    [["x", "mode", "legacy", "mode", "legacy"], "mode is given twice"],
    [["x", "--mode", "legacy", "--mode", "legacy"], "mode is given twice"],
  ])("%j are refused without asking the bus", async (words, complaint) => {
    const result = await set(...words);
    expect(result).toEqual(wrong(`devlink dev eswitch set: ${complaint}`));
  });

  test("a missing word and an unknown option are told as everywhere", async () => {
    expect(await set()).toEqual(wrong("missing required argument 'dev'\n(try --help)"));
    const { code, stderr } = await set("x", "--moed", "legacy");
    expect(stderr).toBe("auxctl: unknown option '--moed'\n(Did you mean --mode?)\n(try --help)\n");
    expect(code).toBe(2);
  });

  test("parameters called as options of auxctl are given as words", async () => {
    const params = ["json", "socket", "help", "no-wait", "version"].map((name) => ({ name, description: "x" }));
    control.add(verb("odd", (args) => Object.keys(args).join(" "), params));
    expect(await bus.auxctl("odd", "json", "1", "socket", "2", "help", "3", "no-wait", "4", "--version", "5")).toEqual(
      ok("json socket help no-wait version\n"),
    );
  });
});

describe("what a verb gives", () => {
  test.each<[string, unknown, string, string]>([
    ["nothing", undefined, "", "null\n"],
    ["text", "two\nlines\n", "two\nlines\n", '"two\\nlines\\n"\n'],
    ["a number", 4, "4\n", "4\n"],
    [
      "an object",
      { mode: "legacy", ports: { a: 1 } },
      "mode: legacy\nports:\n  a: 1\n",
      '{"mode":"legacy","ports":{"a":1}}\n',
    ],
    ["rows", [{ dev: "p0", rxBytes: 5 }], "DEV  RX BYTES\np0          5\n", '[{"dev":"p0","rxBytes":5}]\n'],
  ])("%s is shown to people and as JSON", async (_what, value, lines, json) => {
    control.add(verb("give", () => value));
    expect(await bus.auxctl("give")).toEqual(ok(lines));
    expect(await bus.auxctl("give", "--json")).toEqual(ok(json));
  });

  test("keys and titles are dim for a person", async () => {
    control.add(verb("give", (_args, { report }) => (report({ a: 1 }), { b: 2 })));
    const { stdout } = await auxctl(["give", "-s", bus.socket], { tty: true, env: {} });
    expect(stdout).toBe("\u001B[2m       A\u001B[22m\n       1\n\u001B[2mb:\u001B[22m 2\n");
  });

  test("reports come first, as rows below one header, or one JSON value a line", async () => {
    control.add(
      verb("sample", (_args, { report }) => {
        report("starting");
        report({ dev: "p0", rate: 1.5 });
        report({ dev: "p1", rate: 123_456_789, late: true });
        report({ dev: "a longer name", rate: 2 });
        report({ nested: { a: 1 } });
        report(undefined);
        return { samples: 3 };
      }),
    );
    expect((await bus.auxctl("sample")).stdout.split("\n")).toEqual([
      "starting",
      "DEV      RATE",
      "p0        1.5",
      "DEV       RATE  LATE",
      "p1   123456789  true",
      "a longer name          2  -",
      "nested:",
      "  a: 1",
      "samples: 3",
      "",
    ]);
    const { stdout } = await bus.auxctl("sample", "--json");
    const documents: unknown[] = stdout
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(documents).toHaveLength(7);
    expect(documents.slice(0, 2)).toEqual(["starting", { dev: "p0", rate: 1.5 }]);
    expect(documents.slice(-2)).toEqual([null, { samples: 3 }]);
  });
});

describe("a verb that runs", () => {
  test("is heard while it runs, and is told when Ctrl-C ends the command", async () => {
    const { verb, ended } = watch();
    control.add(verb);
    const io = new FakeIo({ env });
    const shown = io.wrote("port1");
    const running = runProgram(["perf", "watch"], io);
    await shown;
    expect(io.stdout).toBe("DEV      RATE\np0       12.5\nport1  1000000000\n");
    io.interrupt("SIGINT");
    expect(await running).toBe(130);
    expect(await ended).toMatchObject({ code: "ECANCELED" });
    expect(io.stderr).toBe("");
    expect(io.held).toBe(0);
  });

  test("ends with 143 by SIGTERM; a second Ctrl-C ends at once", async () => {
    control.add(watch().verb);
    const io = new FakeIo({ env });
    const shown = io.wrote("port1");
    const running = runProgram(["perf", "watch", "--json"], io);
    await shown;
    io.interrupt("SIGTERM");
    io.interrupt("SIGINT");
    expect(io.exits).toEqual([130]);
    expect(await running).toBe(143);
  });

  test("is ended when its module takes it away", async () => {
    const { verb, ended } = watch();
    const added = control.add(verb);
    const io = new FakeIo({ env });
    const shown = io.wrote("port1");
    const running = runProgram(["perf", "watch"], io);
    await shown;
    added[Symbol.dispose]();
    expect(await running).toBe(1);
    expect(io.stderr).toBe("auxctl: perf watch has been taken away while it was running (ENODEV)\n");
    expect(await ended).toMatchObject({ code: "ENODEV" });
    expect(await bus.auxctl("perf", "watch")).toEqual(
      wrong("unknown command 'perf'\n(Did you mean park?)\n(try --help)"),
    );
  });

  test("is ended when the bus is", async () => {
    const { verb, ended } = watch();
    control.add(verb);
    const io = new FakeIo({ env });
    const shown = io.wrote("port1");
    const running = runProgram(["perf", "watch"], io);
    await shown;
    bus.io.interrupt("SIGTERM");
    expect(await running).toBe(1);
    expect(io.stderr).toEqual(expect.stringMatching(/^auxctl: the host on .* has gone: .*\(ECONNRESET\)\n$/));
    expect(await ended).toMatchObject({ code: "ECANCELED" });
  });

  test("does not keep others waiting", async () => {
    const gate = new Gate();
    control.add(verb("slow", () => gate.passed.then(() => "done")));
    control.add(verb("quick", () => "at once"));
    const slow = bus.auxctl("slow");
    expect(await bus.auxctl("quick")).toEqual(ok("at once\n"));
    gate.pass();
    expect(await slow).toEqual(ok("done\n"));
  });

  test.each<[string, () => unknown, string]>([
    [
      "a refusal",
      () => {
        throw new BusError("EOPNOTSUPP", "no eswitch here");
      },
      "no eswitch here (EOPNOTSUPP)",
    ],
    ["any error", () => Promise.reject(new RangeError("too much")), "too much (EIO)"],
    [
      "an error of Node",
      () => Promise.reject(Object.assign(new Error("ENOSPC: full"), { code: "ENOSPC" })),
      "full (ENOSPC)",
    ],
    ["something that is no JSON", () => ({ a: 1n }), "Do not know how to serialize a BigInt (EIO)"],
  ])("and fails with %s ends with 1", async (_what, run, message) => {
    control.add(verb("fail", run));
    const refused = { code: 1, stdout: "", stderr: `auxctl: ${message}\n` };
    expect(await bus.auxctl("fail")).toEqual(refused);
    expect(await bus.auxctl("fail", "--json")).toEqual(refused);
  });

  test("ends when it reports something that is no JSON", async () => {
    control.add(
      verb("fail", async (_args, { report, signal }) => {
        report(1n);
        signal.throwIfAborted();
      }),
    );
    expect(await bus.auxctl("fail")).toMatchObject({ code: 1, stderr: expect.stringContaining("BigInt") });
  });
});

describe("help", () => {
  beforeEach(addDevlink);

  test("of auxctl names the first words of a running bus, and shows none when nobody answers as a bus", async () => {
    control.add(verb("perf watch", () => undefined));
    control.add(verb("lsmod deep", () => undefined));
    const { code, stdout } = await bus.auxctl("--help");
    const [, section = ""] = /\nCommands of the running host:\n([^]*?)\n\n/.exec(stdout) ?? [];
    expect(section.split("\n").map((line) => line.trim().split(/ +/)[0])).toEqual(["devlink", "perf"]);
    expect(stdout).toContain("The modules of a running host add commands of their own");
    expect(stdout).not.toMatch(/.{121}/);
    expect(code).toBe(0);
    expect((await bus.auxctl("help")).stdout).toBe(stdout);
    expect((await bus.auxctl()).stderr).toContain("Commands of the running host:");
    const alone = await auxctl(["--help"], { env: { XDG_RUNTIME_DIR: tempFolder() } });
    expect(alone).toMatchObject({ code: 0, stderr: "" });
    expect(alone.stdout).not.toContain("Commands of the running host:");
    expect(alone.stdout).toContain("The modules of a running host add commands of their own");
  });

  test("waits for no bus that is silent", async () => {
    const runtime = tempFolder({ "auxbus/x": "" });
    const silent = createServer();
    await new Promise<void>((resolve) => void silent.listen(join(runtime, "auxbus/run-1.sock"), resolve));
    onTestFinished(() => void silent.close());
    expect(await auxctl(["--help"], { env: { XDG_RUNTIME_DIR: runtime } })).toMatchObject({ code: 0, stderr: "" });
  });

  test("lists what there is below the words", async () => {
    const { stdout } = await bus.auxctl("devlink", "--help");
    expect(stdout).toContain("Usage: auxctl devlink [options] [command]");
    expect(stdout).toMatch(/^ {2}dev \[options\] \[dev\] +Does devlink dev\.$/m);
    expect(stdout).toMatch(/^ {2}port \[options\] +show$/m);
    expect((await bus.auxctl("help", "devlink")).stdout).toBe(stdout);
    expect(await bus.auxctl("devlink")).toEqual({ code: 2, stdout: "", stderr: stdout });
    expect((await bus.auxctl("devlink", "dev", "--help")).stdout).toMatch(/^ {2}eswitch \[options\] +set$/m);
  });

  test("of a verb shows its parameters", async () => {
    const { code, stdout } = await bus.auxctl("devlink", "dev", "eswitch", "set", "--help");
    expect(stdout)
      .toBe(`Usage: auxctl devlink dev eswitch set [options] <dev> mode <legacy|switchdev> [encap <on|off>] [limit <number>]

Does devlink dev eswitch set.

Arguments:
  dev                address of the device

Parameters:
  --mode <value>     mode of the eswitch (required; one of legacy, switchdev)
  --encap            encapsulation
  --limit <value>    most flows (a number)

Options:
  -H, --host <name>  name, socket or URL of the host (AUXBUS_HOST, or the one
                     that runs)
  --json             print JSON
  -h, --help         print help

Parameters are given as NAME VALUE or as --NAME VALUE.

Exit codes:
  0    done
  1    the host has refused it
  2    the command line is wrong, or no host is running
  130  ended by Ctrl-C (143: by SIGTERM)
`);
    expect(code).toBe(0);
    expect((await bus.auxctl("help", "devlink", "dev", "eswitch", "set")).stdout).toBe(stdout);
    expect((await bus.auxctl("devlink", "help", "dev")).stdout).toContain("Usage: auxctl devlink dev");
  });
});

describe("finding verbs", () => {
  beforeEach(addDevlink);

  test("words that are near are named when none fits", async () => {
    expect(await bus.auxctl("devlnk", "dev")).toEqual(
      wrong("unknown command 'devlnk'\n(Did you mean devlink?)\n(try --help)"),
    );
    expect(await bus.auxctl("devlink", "prot", "show")).toEqual(
      wrong("unknown command 'prot'\n(Did you mean port?)\n(try --help)"),
    );
    expect(await bus.auxctl("devlink", "dev", "x", "eswich")).toEqual(
      wrong("devlink dev: unexpected eswich, did you mean eswitch? (there are all, eswitch)"),
    );
    expect(await bus.auxctl("lsmdo")).toEqual(wrong("unknown command 'lsmdo'\n(Did you mean lsmod?)\n(try --help)"));
  });

  test("without a bus it is said what to do", async () => {
    const none = { env: { XDG_RUNTIME_DIR: tempFolder() } };
    const how = "(no host is running; start one with auxctl up or auxctl run, or name it with --host)";
    for (const words of [
      ["devlink", "dev"],
      ["devlink", "--help"],
      ["help", "devlink"],
    ]) {
      expect(await auxctl(words, none)).toEqual(wrong(`unknown command 'devlink'\n${how}\n(try --help)`));
    }
    expect(await auxctl(["lsmdo"], none)).toEqual(
      wrong(`unknown command 'lsmdo'\n(Did you mean lsmod?)\n${how}\n(try --help)`),
    );
    expect(await auxctl(["devlink", "-s", "/nowhere/x.sock"], none)).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/unknown command 'devlink'\n\(no host answers on \/nowhere\/x\.sock: /),
    });
  });

  test.each([
    ["devlink", "port", "show", "-s", "PATH"],
    ["devlink", "port", "show", "--socket=PATH"],
    ["devlink", "-sPATH", "port", "show"],
    ["devlink", "--socket", "PATH", "port", "show"],
  ])("--socket says which bus, wherever it stands: %s %s %s %s", async (...words) => {
    const named = words.map((word) => word.replace("PATH", bus.socket));
    expect(await auxctl(named, { env: { XDG_RUNTIME_DIR: tempFolder() } })).toEqual(ok(""));
  });

  test("there are none before a module has asked for the control surface", async () => {
    const { folder } = new Shelf({ name: "plain" });
    const io = new FakeIo({ cwd: folder, env });
    const socket = join(tempFolder(), "bus.sock");
    const tree = io.wrote("device");
    const ended = runProgram(["run", "plain", "--socket", socket], io);
    await tree;
    expect(await auxctl(["devlink", "-s", socket])).toEqual(wrong("unknown command 'devlink'\n(try --help)"));
    io.interrupt("SIGTERM");
    expect(await ended).toBe(0);
  });
});

describe("completion", () => {
  beforeAll(async () => {
    const child = spawn(process.execPath, [BIN, "--version"], { stdio: ["ignore", "ignore", "pipe"] });
    if ((await text(child.stderr)).includes("MODULE_NOT_FOUND")) throw new Error("run npm run build first");
  });

  beforeEach(addDevlink);

  /** What bash would complete a line to, with auxctl as it is installed. */
  async function complete(line: string): Promise<string[]> {
    const { stdout: script } = await auxctl(["completion", "bash"]);
    const words = line.split(" ").map((word) => `'${word}'`);
    const ask = [
      `auxctl() { "${process.execPath}" "${BIN}" "$@"; }`,
      script,
      `COMP_WORDS=(${words.join(" ")}); COMP_CWORD=${words.length - 1}`,
      `COMP_LINE='${line}'; COMP_POINT=\${#COMP_LINE}`,
      `_auxctl; printf '%s\\n' "\${COMPREPLY[@]}"`,
    ].join("\n");
    const cwd = tempFolder();
    const child = spawn("bash", ["-c", ask], { cwd, env: { ...process.env, ...env } });
    const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
    expect(stderr).toBe("");
    return stdout.trimEnd().split("\n");
  }

  test("bash completes words, names and values of a running bus", async () => {
    expect(await complete("auxctl de")).toEqual(["depmod", "devlink"]);
    expect(await complete("auxctl devlink ")).toEqual(["dev", "port"]);
    expect(await complete("auxctl devlink dev eswitch set pci/0000:08:0")).toEqual(["00.0", "00.1"]);
    expect(await complete("auxctl devlink dev eswitch set x mode s")).toEqual(["switchdev"]);
    expect(await complete("auxctl devlink dev eswitch set x --mode=")).toEqual(["legacy", "switchdev"]);
  });

  test("bash completes what there is in a running host behind auxctl's own commands", async () => {
    expect(await complete("auxctl autoprobe ")).toEqual(["auxiliary"]);
    expect(await complete("auxctl autoprobe auxiliary o")).toEqual(["on", "off"]);
    expect(await complete("auxctl rmmod h")).toEqual(["hatch"]);
    expect(await complete("auxctl ls --bus=a")).toEqual(["auxiliary"]);
    expect(await complete("auxctl ls -H run-")).toEqual([expect.stringMatching(/^run-\d+$/)]);
  });

  test("what a driver calls its devices is not run by the shell", async () => {
    expect(await complete("auxctl devlink dev eswitch set $")).toEqual([String.raw`\$\(touch\ pwned\)`]);
  });

  test.each([
    [["devl"], ["devlink"]],
    [
      ["help", "devlink", ""],
      ["dev", "port"],
    ],
    [
      ["devlink", "dev", ""],
      ["eswitch", "pci/0000:08:00.0", "pci/0000:08:00.1", "$(touch pwned)", "all"],
    ],
    [
      ["devlink", "dev", "eswitch", "set", ""],
      ["pci/0000:08:00.0", "pci/0000:08:00.1", "$(touch pwned)"],
    ],
    [
      ["devlink", "dev", "eswitch", "set", "--"],
      ["--mode", "--encap", "--limit", "--host", "--json", "--help"],
    ],
    [
      ["devlink", "dev", "eswitch", "set", "x", ""],
      ["mode", "encap", "limit"],
    ],
    [["devlink", "dev", "eswitch", "set", "x", "--encap", "--mode", "legacy", ""], ["limit"]],
    [
      ["devlink", "dev", "eswitch", "set", "x", "--mode=legacy", "--"],
      ["--encap", "--limit", "--host", "--json", "--help"],
    ],
    [
      ["devlink", "dev", "eswitch", "set", "x", "--json", "encap", ""],
      ["on", "off", "mode", "limit"],
    ],
    [["devlink", "dev", "eswitch", "set", "x", "--mode", "le"], ["legacy"]],
    [["devlink", "dev", "eswitch", "set", "x", "limit", ""], []],
    [["devlink", "dev", "eswitch", "set", "x", "y", ""], []],
    [["devlink", "nothing", ""], []],
    [["perf", ""], []],
  ])("%j can go on with %j", async (words, expected) => {
    const { stdout } = await bus.auxctl("names", "line", "--", ...words);
    const [, ...lines] = stdout.trimEnd().split("\n");
    expect(lines.map((line) => line.split("\t")[0])).toEqual(expected);
  });

  test("a verb that cannot say what there is does not get in the way; neither does a bus that is none", async () => {
    const fails: VerbParam = {
      name: "port",
      description: "x",
      positional: true,
      complete: () => Promise.reject(new Error("no")),
    };
    control.add(verb("broken", () => undefined, [fails, { name: "all", description: "x" }]));
    expect(await bus.auxctl("names", "line", "--", "broken", "")).toEqual(ok("words\nall\n"));
    const none = { env: { XDG_RUNTIME_DIR: tempFolder() } };
    expect(await auxctl(["names", "line", "--", "devl"], none)).toEqual(ok("words\n"));
    const [host = ""] = /run-\d+/.exec(bus.socket) ?? [];
    expect(await bus.auxctl("names", "line", "--", "devlink", "-H", "")).toEqual(ok(`files\n${host}\n`));
  });
});

describe.each(["worker", "process"])("a verb of a module in a %s", (kind) => {
  const FAR = `let added = [];
export async function init({ core }) {
  const control = core.service("control");
  added = [
    await control.add({
      name: "far echo",
      summary: "Answers.",
      params: [{ name: "dev", positional: true, description: "x", complete: () => ["p0", "p1"] }],
      run: ({ dev = "none" }) => ({ dev, pid: process.pid }),
    }),
    await control.add({
      name: "far watch",
      summary: "Reports until it is ended.",
      run: (_args, { signal, report }) => {
        report({ seen: 1 });
        return new Promise((_resolve, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
      },
    }),
    await control.add({ name: "far crash", summary: "Is gone.", run: () => process.exit(1) }),
  ];
}
export async function exit() { for (const one of added) await one[Symbol.asyncDispose](); }`;
  let far: RunningBus;

  beforeEach(async () => {
    const { folder } = new Shelf({ name: "far", code: FAR, dependencies: ["@auxbus/control"] });
    far = await runningBus(["far", "--isolation", `far=${kind}`], folder);
  });

  test("is described, completed, run and ended as any other", async () => {
    const { stdout } = await far.auxctl("far", "echo", "p1", "--json");
    const answer: unknown = JSON.parse(stdout);
    expect(answer).toEqual({ dev: "p1", pid: expect.any(Number) });
    if (kind === "process") expect(answer).not.toMatchObject({ pid: process.pid });
    expect(await far.auxctl("names", "line", "--", "far", "echo", "")).toEqual(ok("words\np0\np1\n"));
    const io = new FakeIo({ env: far.io.env });
    const shown = io.wrote("1");
    const running = runProgram(["far", "watch"], io);
    await shown;
    io.interrupt("SIGINT");
    expect(await running).toBe(130);
    expect((await far.auxctl("rmmod", "far")).code).toBe(0);
    expect(await far.auxctl("far")).toEqual(wrong("unknown command 'far'\n(Did you mean park?)\n(try --help)"));
  });

  test("goes when it crashes, and ends what is running", async () => {
    const io = new FakeIo({ env: far.io.env });
    const shown = io.wrote("1");
    const running = runProgram(["far", "watch"], io);
    await shown;
    expect(await far.auxctl("far", "crash")).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/\((EIO|ENODEV)\)/),
    });
    expect(await running).toBe(1);
    expect(io.stderr).toMatch(/\((EIO|ENODEV)\)/);
  });
});
