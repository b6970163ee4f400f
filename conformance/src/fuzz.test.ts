import { parseScenario, runScenario } from "@auxbus/testing";
import { expect, test } from "vitest";
import { FAMILIES, type Family, familyOf } from "./families.ts";
import { generate } from "./generate.ts";
import { isLegal, shrink } from "./shrink.ts";
import { sideBySide } from "./side-by-side.ts";

test.each(FAMILIES)(
  "%s: random scenarios are legal, depend on their seed alone, and come to an end",
  async (family) => {
    const texts = new Set<string>();
    for (let seed = 0; seed < 30; seed++) {
      const { text } = generate(family, seed);
      expect(generate(family, seed).text).toBe(text);
      expect(isLegal(text)).toBe(true);
      texts.add(text);
      const trace = await runScenario(parseScenario(text));
      // What a program may do, the bus does not call misuse.
      expect(trace.filter((line) => /^(delete|uninit|unregister|unparent) .* -> -/.test(line))).toEqual([]);
    }
    expect(texts.size).toBe(30);
  },
);

/** What scenarios of a family are there for, and how many of a hundred have to do it. */
const DEEDS: Readonly<Record<Family, Readonly<Record<string, number>>>> = {
  plain: {
    "^bind .* -> 0": 20,
    "^remove ": 40,
    "^cat .*file: file": 4,
    "^put ": 40,
    "^uevent bind /devices/p\\d/.*/": 8,
  },
  power: { "^pm_suspend": 50, "^pm_suspend .* -> -": 5, "^pm_resume": 50 },
  runtime: { "^pm_runtime_suspend": 20, "^pm_runtime_resume": 30, "runtime_status: (active|suspended)": 8 },
  deferral: { "^probed .* -> -EPROBE_DEFER": 20, "^deferred: .": 6, "^remove ": 40 },
  links: { "^devlink .* -> ok": 35, "/status: ": 5, "^uevent remove .*devlink": 15, "^undevlink ": 2 },
  async: { "^probe ": 60, "^remove ": 30 },
  mixed: { "^devlink .* -> ok": 15, "^probed .* -> -EPROBE_DEFER": 10, "^pm_runtime_suspend": 8, "^pm_suspend": 20 },
  created: { "^create .* -> ok": 70, "^destroy ": 40, "^irq add .* -> 0": 50, "^irq remove .* -> 0": 10 },
  together: { "^uevent bind": 25, "^remove ": 15 },
  shutdown: { "^shutdown ": 30 },
};

test.each(FAMILIES)("%s: random scenarios do what the family is about", async (family) => {
  const traces: string[] = [];
  for (let seed = 0; seed < 100; seed++) {
    traces.push((await runScenario(parseScenario(generate(family, seed).text))).join("\n"));
  }
  for (const [deed, least] of Object.entries(DEEDS[family])) {
    const count = traces.filter((trace) => new RegExp(deed, "m").test(trace)).length;
    expect(count, deed).toBeGreaterThanOrEqual(least);
  }
});

test("the family of a scenario depends on its seed alone, and all of them come", () => {
  const some = Array.from({ length: 200 }, (_, seed) => familyOf(seed, FAMILIES));
  expect(new Set(some)).toEqual(new Set(FAMILIES.filter((family) => family !== "shutdown")));
  expect(familyOf(7, ["links"])).toBe("links");
});

test.each([
  ["adds twice", "parent p0\ndevice d parent=p0 name=x\ninit d\nadd d modname=m\nadd d modname=m\n"],
  [
    "adds what was deleted",
    "parent p0\ndevice d parent=p0 name=x\ninit d\nadd d modname=m\ndelete d\nadd d modname=m\n",
  ],
  ["deletes before it adds", "parent p0\ndevice d parent=p0 name=x\ninit d\ndelete d\n"],
  ["takes the parent away", "parent p0\ndevice d parent=p0 name=x\ninit d\nadd d modname=m\nunparent p0\n"],
  ["drops a reference that it has not", "parent p0\ndevice d parent=p0 name=x\ninit d\nput d\n"],
  ["drops the first reference twice", "parent p0\ndevice d parent=p0 name=x\ninit d\nget d\nuninit d\nuninit d\n"],
  ["unregisters what is not registered", "driver r modname=m ids=a.b\nunregister r\n"],
  ["unregisters what could not be registered", "driver r modname=m ids=a.b noprobe\nregister r\nunregister r\n"],
  [
    "takes a parent away below a device",
    "parent p0\ndevice d parent=p0 name=x\ninit d\nadd d modname=m\ndevice e parent=d name=y\ninit e\nadd e modname=m\ndelete d\n",
  ],
  [
    "adds below another object than it was initialised with",
    "parent p0\ndevice d parent=p0 name=x\ninit d\nunparent p0\nparent p0\nadd d modname=m\n",
  ],
  [
    "takes away a link that may be a circle",
    "parent p0\ndevice d parent=p0 name=x\ninit d\nadd d modname=m\ndevice e parent=p0 name=y\ninit e\nadd e modname=m\ndevlink d e\ndevlink e d stateless\nundevlink e d\n",
  ],
  [
    "uses an interrupt after its driver has left",
    "parent p0\ndevice d parent=p0 name=x\ninit d\nadd d modname=m\ndriver r modname=r ids=m.x\nregister r\nirq add d 20\nunregister r\nirq add d 21\n",
  ],
  [
    "does two things with one device at once",
    "parent p0\ndevice d parent=p0 name=x\ninit d\nbg add d modname=m\ndelete d\nsettle\n",
  ],
  ["does not wait for what it has started", "parent p0\ndevice d parent=p0 name=x\ninit d\nbg add d modname=m\n"],
  ["puts what it has not got", "parent p0\ndevice d parent=p0 name=x\ninit d\nadd d modname=m\nrpm put d\n"],
])("a scenario that %s is not legal", (_, text) => {
  expect(isLegal(text)).toBe(false);
});

test("a failing scenario is made as small as it can be, and stays legal", async () => {
  const { text } = generate("plain", 7);
  const longer = `${text}parent q\ndevice z parent=q name=z\ninit z\nadd z modname=zz\nfind zz.z.0\n`;
  let trials = 0;
  const smallest = await shrink(longer, async (candidates) => {
    for (const candidate of candidates) expect(isLegal(candidate)).toBe(true);
    trials += candidates.length;
    return candidates.map((candidate) => /add z modname/.test(candidate));
  });
  expect(smallest).toBe("parent q\ndevice z parent=q name=z\ninit z\nadd z modname=zz\n");
  expect(trials).toBeGreaterThan(0);
});

test("two traces stand beside each other", () => {
  expect(sideBySide(["a", "kobject: odd", "b", "c"], ["a", "c", "d"], 43).split("\n")).toEqual([
    "Linux                  auxbus",
    "a                    | a",
    "b                    <",
    "c                    | c",
    "                     > d",
  ]);
});
