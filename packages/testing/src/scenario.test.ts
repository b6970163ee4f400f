import { describe, expect, test } from "vitest";
import type { Command } from "./command.ts";
import { parseScenario } from "./scenario.ts";
import { ScenarioError } from "./scenario-error.ts";

const BEFORE = "parent p0\ndevice d0 parent=p0 name=fn\ndriver a modname=ma ids=core.fn\n";

function parseLast(line: string): Command | undefined {
  return parseScenario(BEFORE + line).commands.at(-1);
}

describe("parseScenario", () => {
  test("keeps the place of each command, and leaves out comments and empty lines", () => {
    const { file, commands } = parseScenario("# a scenario\n\nparent p0 # the root\n\tsettle\r\n", "x.aux");
    expect(file).toBe("x.aux");
    expect(commands).toEqual([
      { kind: "parent", args: { parent: "p0" }, line: 3, label: "parent p0" },
      { kind: "settle", args: {}, line: 4, label: "settle" },
    ]);
  });

  test("reads every option of a driver, in any order", () => {
    const flags = "noprobe noids noremove shutdown pm legacypm suppress async block";
    const line = `driver b ${flags} attr=file devm=2 suspendret=EBUSY rpmret=EIO probe=EPROBE_DEFER,0 ids=core.a:7,core.b name=n modname=mb`;
    expect(parseLast(line)?.args).toEqual({
      driver: "b",
      modname: "mb",
      name: "n",
      ids: [
        { name: "core.a", data: 7 },
        { name: "core.b", data: 0 },
      ],
      probe: ["EPROBE_DEFER", 0],
      suspendret: "EBUSY",
      rpmret: "EIO",
      devm: 2,
      attr: "file",
      ...Object.fromEntries(flags.split(" ").map((flag) => [flag, true])),
    });
  });

  test("gives a driver and a device what they do not say", () => {
    expect(parseLast("driver b modname=mb")?.args).toMatchObject({
      name: undefined,
      ids: [],
      probe: [0],
      devm: 0,
      pm: false,
    });
    expect(parseLast("device d1")?.args).toEqual({ device: "d1", parent: undefined, name: undefined, id: 0 });
    expect(parseLast("device d1 id=-3 parent=d0 name=eth")?.args).toMatchObject({ id: -3, parent: "d0" });
  });

  test("names a command as traces do, without its options", () => {
    expect(parseLast("add d0 modname=core")).toMatchObject({
      label: "add d0",
      args: { device: "d0", modname: "core" },
    });
    expect(parseLast("rpm get d0")).toMatchObject({ label: "rpm get d0", args: { call: "get", device: "d0" } });
    expect(parseLast("autoprobe 0")).toMatchObject({ label: "autoprobe 0", args: { on: false } });
    expect(parseLast("walk -")).toMatchObject({ label: "walk -", args: { after: undefined } });
  });

  test("holds the command behind bg", () => {
    expect(parseLast("bg register a")?.args).toEqual({
      command: { kind: "register", args: { driver: "a" }, line: 4, label: "register a" },
    });
  });

  test.each([
    ["frobnicate d0", /"frobnicate" is no command; expected one of: add, autoprobe, bg, /],
    ["init", "the device is missing; expected: init D"],
    ["init d7", "no device d7 is declared above; expected: init D"],
    ["register b", "no driver b is declared above"],
    ["unparent p7", "no parent p7 is declared above"],
    ["init d0 now", '"now" is not known here; expected: init D'],
    ["device d0", "device d0 is declared in line 2 already"],
    ["device p0", "p0 is the name of a parent"],
    ["parent d0", "d0 is the name of a device"],
    ["device d1 parent=d7", "no device d7 is declared above"],
    ["device d1 id=one", 'id is a number, not "one"'],
    ["driver b ids=core.fn", "modname= is missing"],
    ["driver b modname=m probe=0,EWHAT", 'a probe result is 0 or an errno name, not "EWHAT"'],
    ["driver b modname=m ids=core.fn:x", 'the data of an id is a number, not "x"'],
    ["driver b modname=m devm=-1", "devm is 0 or more"],
    ["autoprobe 2", "autoprobe is 0, 1, not 2; expected: autoprobe 0/1"],
    ["rpm drop d0", "the call is enable, disable, get, put, suspend, resume, forbid, allow, not drop"],
    ["power disk", "LEVEL is freezer, devices, platform, processors, core, not disk"],
    ["bg", "the command is missing; expected: bg COMMAND"],
    ["bg init d7", "no device d7 is declared above; expected: init D"],
    ["walk d7", "no device d7 is declared above; expected: walk D or -"],
  ])("refuses %j with the place and what was expected", (line, message) => {
    const parse = () => parseScenario(BEFORE + line, "dir/bad.aux");
    expect(parse).toThrow(ScenarioError);
    expect(parse).toThrow(message);
    expect(parse).toThrow(/^dir\/bad\.aux:4: /);
  });
});
