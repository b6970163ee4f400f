import { DriverCore, errnoOf, Module, toError } from "auxbus";
import { VirtualRuntime } from "@auxbus/testing";
import { beforeEach, describe, expect, test } from "vitest";
import { Control } from "./control.ts";
import { init } from "./index.ts";
import { moduleVerbs } from "./module-verbs.ts";
import type { GivenArgs, Verb, VerbArgs, VerbContext, VerbParam } from "./verb.ts";

let runtime: VirtualRuntime;
let core: DriverCore;
let control: Control;
let reports: unknown[];

beforeEach(() => {
  runtime = new VirtualRuntime();
  core = new DriverCore({ runtime });
  control = Control.of(core);
  reports = [];
});

function verb(name: string, more: Partial<Verb> = {}): Verb {
  return { name, summary: `Does ${name}.`, run: (args) => ({ ...args }), ...more };
}

function context(signal: AbortSignal = new AbortController().signal): VerbContext {
  return { signal, report: (record) => void reports.push(record) };
}

function run(name: string, args: GivenArgs = {}): Promise<unknown> {
  return control.run(name, args, context());
}

const ESWITCH: readonly VerbParam[] = [
  { name: "dev", positional: true, required: true, description: "address" },
  { name: "mode", required: true, choices: ["legacy", "switchdev"], description: "mode of the eswitch" },
  { name: "rate", type: "number", description: "figures a second" },
  { name: "encap", type: "boolean", description: "encapsulation" },
];

describe("adding", () => {
  test("there is one control surface of a core, and the module makes it", () => {
    expect(Control.of(core)).toBe(control);
    const other = new DriverCore({ runtime });
    init({ core: other, module: new Module("control"), params: {} });
    expect(other.service("control")).toBeInstanceOf(Control);
    expect(other.service("control")).not.toBe(control);
  });

  test("a module that adds verbs has them on each of its cores, from its init to its exit", () => {
    const module = moduleVerbs((of) => [verb("core show", { run: () => (of === core ? "this" : "other") })]);
    const other = new DriverCore({ runtime });
    for (const each of [core, other]) module.init({ core: each });
    expect(Control.of(other).verbs()).toMatchObject([{ name: "core show" }]);
    module.exit({ core: other });
    expect(Control.of(other).verbs()).toEqual([]);
    expect(control.verbs()).toMatchObject([{ name: "core show" }]);
    module.exit({ core });
    module.exit({ core });
    module.init({ core });
    expect(control.verbs()).toMatchObject([{ name: "core show" }]);
  });

  test("verbs are described as JSON, by name", () => {
    control.add(verb("devlink dev eswitch set", { params: ESWITCH }));
    control.add(verb("devlink dev"));
    const described = control.verbs();
    expect(described).toEqual(JSON.parse(JSON.stringify(described)));
    expect(described).toEqual([
      { name: "devlink dev", summary: "Does devlink dev.", params: [] },
      {
        name: "devlink dev eswitch set",
        summary: "Does devlink dev eswitch set.",
        params: [
          { name: "dev", type: "string", positional: true, required: true, description: "address" },
          {
            name: "mode",
            type: "string",
            positional: false,
            required: true,
            description: "mode of the eswitch",
            choices: ["legacy", "switchdev"],
          },
          { name: "rate", type: "number", positional: false, required: false, description: "figures a second" },
          { name: "encap", type: "boolean", positional: false, required: false, description: "encapsulation" },
        ],
      },
    ]);
  });

  test("a name is taken once, and free again when the verb is taken away", async () => {
    const first = control.add(verb("a b"));
    expect(() => control.add(verb("a b"))).toThrow(/EEXIST: there is a verb a b already/);
    first[Symbol.dispose]();
    expect(control.verbs()).toEqual([]);
    expect(await run("a b").catch(errnoOf)).toBe("ENOENT");
    control.add(verb("a b"));
    first[Symbol.dispose]();
    expect(control.verbs(), "what has gone does not go again").toHaveLength(1);
  });

  test.each<[string, object, RegExp]>([
    ["no name", { name: undefined }, /a verb: its name is words/],
    ["a promise for a name", { name: Promise.resolve("a") }, /a verb: its name is words/],
    ["upper case", { name: "Devlink dev" }, /verb Devlink dev: its name is words in lower case/],
    ["two spaces", { name: "a  b" }, /one space/],
    ["an option for a word", { name: "a --b" }, /words in lower case/],
    ["no summary", { summary: "" }, /verb x: its summary is one line/],
    ["a summary that disturbs terminals", { summary: "\u001B[2J" }, /one line/],
    ["nothing to run", { run: "x" }, /has no function run/],
    ["params that are no list", { params: {} }, /params are a list/],
    ["a param that is nothing", { params: [null] }, /a parameter is an object/],
    ["a param without a name", { params: [{ description: "x" }] }, /name of a parameter is a word/],
    ["a param of two words", { params: [{ name: "a b", description: "x" }] }, /name of a parameter is a word/],
    ["a param of no known type", { params: [{ name: "a", description: "x", type: "int" }] }, /parameter a: its type/],
    ["a param without a description", { params: [{ name: "a" }] }, /parameter a: its description/],
    ["positional that is text", { params: [{ name: "a", description: "x", positional: "no" }] }, /positional is true/],
    ["required that is text", { params: [{ name: "a", description: "x", required: "no" }] }, /required is true/],
    ["complete that is a list", { params: [{ name: "a", description: "x", complete: [] }] }, /complete is a function/],
    ["choices that are none", { params: [{ name: "a", description: "x", choices: [] }] }, /its choices are texts/],
    ["choices of numbers", { params: [{ name: "a", description: "x", choices: [1] }] }, /its choices are texts/],
    [
      "choices for a number",
      { params: [{ name: "a", description: "x", type: "number", choices: ["1"] }] },
      /only a string has choices/,
    ],
    [
      "one param twice",
      {
        params: [
          { name: "a", description: "x" },
          { name: "a", description: "x" },
        ],
      },
      /it has two parameters a/,
    ],
    [
      "a place that nobody could tell",
      {
        params: [
          { name: "a", description: "x", positional: true },
          { name: "b", description: "x", positional: true, required: true },
        ],
      },
      /b is required and comes after a, which is not/,
    ],
  ])("%s: EINVAL", (_what, more, message) => {
    const adding = (): unknown => control.add({ ...verb("x"), ...more });
    expect(adding).toThrow(/^EINVAL/);
    expect(adding).toThrow(message);
    expect(control.verbs()).toEqual([]);
  });
});

describe("running", () => {
  test("arguments arrive as what they are, given as such or as text", async () => {
    control.add(verb("set", { params: ESWITCH }));
    const args = { dev: "pci/0", mode: "legacy", rate: 2.5, encap: false };
    expect(await run("set", args)).toEqual(args);
    expect(await run("set", { ...args, rate: "2.5", encap: "off" })).toEqual(args);
    expect(await run("set", { ...args, rate: "0x10", encap: "true" })).toEqual({ ...args, rate: 16, encap: true });
    expect(await run("set", { dev: "", mode: "switchdev" })).toEqual({ dev: "", mode: "switchdev" });
  });

  test.each<[GivenArgs, string]>([
    [{ mode: "legacy" }, "dev is missing: text (address)"],
    [{ dev: "x" }, "mode is missing: one of legacy, switchdev (mode of the eswitch)"],
    [{ dev: "x", mode: "offload" }, 'mode is "offload", and has to be one of legacy, switchdev'],
    [{ dev: 5, mode: "legacy" }, "dev is 5, and has to be text"],
    [{ dev: "x", mode: "legacy", rate: "fast" }, 'rate is "fast", and has to be a number'],
    [{ dev: "x", mode: "legacy", rate: " " }, 'rate is " ", and has to be a number'],
    [{ dev: "x", mode: "legacy", rate: "Infinity" }, 'rate is "Infinity", and has to be a number'],
    [{ dev: "x", mode: "legacy", rate: Number.NaN }, "rate is null, and has to be a number"],
    [{ dev: "x", mode: "legacy", rate: true }, "rate is true, and has to be a number"],
    [{ dev: "x", mode: "legacy", encap: "yes" }, 'encap is "yes", and has to be on or off'],
    [{ dev: "x", mode: "legacy", encap: 1 }, "encap is 1, and has to be on or off"],
    [{ dev: "x", mdoe: "legacy" }, "there is no argument mdoe; did you mean mode? (it takes dev, mode, rate, encap)"],
    [{ constructor: "x" }, "there is no argument constructor (it takes dev, mode, rate, encap)"],
    [JSON.parse('{"__proto__":"x"}'), "there is no argument __proto__ (it takes dev, mode, rate, encap)"],
  ])("%j is refused before the verb is run", async (args, complaint) => {
    let ran = false;
    control.add(verb("set", { params: ESWITCH, run: () => void (ran = true) }));
    await expect(run("set", args)).rejects.toMatchObject({ code: "EINVAL", reason: `set: ${complaint}` });
    expect(ran).toBe(false);
  });

  test("a verb without parameters takes none, a single choice is named as such", async () => {
    control.add(verb("plain"));
    await expect(run("plain", { x: 1 })).rejects.toThrow("there is no argument x (it takes none)");
    control.add(verb("only", { params: [{ name: "a", description: "x", choices: ["b"] }] }));
    await expect(run("only", { a: "c" })).rejects.toThrow('a is "c", and has to be b');
  });

  test("an unknown verb is told with those that are near it", async () => {
    await expect(run("devlink")).rejects.toThrow(/^ENOENT: there is no verb devlink; no module has added any$/);
    for (const name of ["devlink dev show", "devlink dev eswitch set", "perf watch"]) control.add(verb(name));
    await expect(run("devlink dev eswich set")).rejects.toThrow("did you mean devlink dev eswitch set?");
    await expect(run("devlink dev")).rejects.toThrow("did you mean devlink dev eswitch set, devlink dev show?");
    await expect(run("frobnicate")).rejects.toThrow("they begin with devlink, perf");
    await expect(run("x".repeat(60_000))).rejects.toMatchObject({ code: "ENOENT" });
  });

  test("what the verb throws arrives as it is, and `this` is the verb", async () => {
    const broken = new RangeError("too much");
    control.add(
      verb("fail", {
        run: () => {
          throw broken;
        },
      }),
    );
    await expect(run("fail")).rejects.toBe(broken);
    const counter = {
      ...verb("count"),
      runs: 0,
      run(): number {
        return ++this.runs;
      },
    };
    control.add(counter);
    expect(await run("count")).toBe(1);
    expect(await run("count")).toBe(2);
    expect(counter.runs).toBe(2);
  });
});

/** A verb that reports every 10 ms until it is told to end. */
function watch(): Verb {
  return verb("watch", {
    run: (_args: VerbArgs, { signal, report }: VerbContext) =>
      new Promise((_resolve, reject) => {
        let n = 0;
        const again = (): void => {
          report({ n: ++n });
          timer = runtime.setTimer(again, 10);
        };
        let timer = runtime.setTimer(again, 10);
        signal.addEventListener("abort", () => {
          timer.cancel();
          reject(toError(signal.reason));
          report("too late");
        });
      }),
  });
}

describe("a verb that runs for long", () => {
  test("reports what it sees until whoever asked is gone", async () => {
    control.add(watch());
    const asked = new AbortController();
    const running = control.run("watch", {}, context(asked.signal));
    running.catch(() => undefined);
    await runtime.advance(35);
    expect(reports).toEqual([{ n: 1 }, { n: 2 }, { n: 3 }]);
    const reason = new Error("enough");
    asked.abort(reason);
    await expect(running).rejects.toBe(reason);
    await runtime.advance(100);
    expect(reports).toHaveLength(3);
  });

  test("is ended when it is taken away; others go on", async () => {
    const added = control.add(watch());
    control.add({ ...watch(), name: "other" });
    const [running, again, other] = [run("watch"), run("watch"), run("other")];
    for (const promise of [running, again, other]) promise.catch(() => undefined);
    await runtime.advance(10);
    added[Symbol.dispose]();
    for (const promise of [running, again]) {
      await expect(promise).rejects.toMatchObject({
        code: "ENODEV",
        reason: "watch has been taken away while it was running",
      });
    }
    await runtime.advance(10);
    expect(reports).toHaveLength(4);
  });

  test("is ended when nobody can be told any more", async () => {
    control.add(watch());
    const deaf = new Error("the other side is gone");
    const running = control.run(
      "watch",
      {},
      { signal: new AbortController().signal, report: () => Promise.reject(deaf) as unknown as void },
    );
    running.catch(() => undefined);
    await runtime.advance(20);
    await expect(running).rejects.toBe(deaf);
  });

  test("has nothing more to say when it has ended", async () => {
    let late = (): void => undefined;
    control.add(
      verb("hasty", {
        run(_args, { report }) {
          late = () => report("late");
          report("in time");
        },
      }),
    );
    await run("hasty");
    late();
    expect(reports).toEqual(["in time"]);
  });

  test("is not begun for somebody who is gone already", async () => {
    let ran = false;
    control.add(verb("x", { run: () => void (ran = true) }));
    const reason = new Error("gone");
    await expect(control.run("x", {}, context(AbortSignal.abort(reason)))).rejects.toBe(reason);
    expect(ran).toBe(false);
  });
});

describe("completing", () => {
  test("gives live names, else choices, else what a boolean can be", async () => {
    let ports = ["p0"];
    control.add(
      verb("set", { params: [...ESWITCH, { name: "port", description: "a port", complete: async () => ports }] }),
    );
    expect(await control.complete("set", "port")).toEqual(["p0"]);
    ports = ["p0", "p1"];
    expect(await control.complete("set", "port")).toEqual(["p0", "p1"]);
    expect(await control.complete("set", "mode")).toEqual(["legacy", "switchdev"]);
    expect(await control.complete("set", "encap")).toEqual(["on", "off"]);
    expect(await control.complete("set", "dev")).toEqual([]);
    await expect(control.complete("set", "prot")).rejects.toThrow(/EINVAL: set has no parameter prot/);
    await expect(control.complete("sat", "port")).rejects.toThrow(/ENOENT/);
  });
});
