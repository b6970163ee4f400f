import { readdirSync, readFileSync, statSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { openSnapshot, parseSnapshot, writeSnapshot } from "@auxbus/snapshot";
import { beforeEach, describe, expect, test } from "vitest";
import { runProgram } from "../packages/auxctl/src/program.ts";
import { auxctl, FakeIo, type Ran } from "./fake-io.ts";
import { addNic, HostRig } from "./host/rig.ts";
import { mlx5 } from "./linux/cards.ts";
import { makeBus, NIC, SECRETS, snapshotOf } from "./snapshot/world.ts";
import { tempFolder } from "./temp-folder.ts";

let cwd: string;
const env = { LANG: "C.UTF-8", NO_COLOR: "1" };

beforeEach(() => {
  cwd = tempFolder();
});

function run(...words: string[]): Promise<Ran> {
  return auxctl(words, { cwd, env });
}

describe("auxctl snapshot", () => {
  test("writes what a host shows, for its owner alone", async () => {
    const { host, socket } = await HostRig.start();
    await addNic(host);
    expect(await run("snapshot", "a.json.gz", "-s", socket)).toEqual({
      code: 0,
      stdout: "a.json.gz: 2 devices, 1 driver\n",
      stderr: "",
    });
    const path = join(cwd, "a.json.gz");
    expect(statSync(path).mode & 0o777).toBe(0o600);
    const view = await openSnapshot(path);
    expect(await view.snapshot()).toEqual(await host.core.view().snapshot());
    expect(view.file).toMatchObject({ masked: false, source: "host host", machine: hostname() });
    const { stdout } = await run("snapshot", "b.json", "-s", socket, "--mask", "--json");
    expect(JSON.parse(stdout)).toEqual({
      schema: 1,
      file: join(cwd, "b.json"),
      masked: true,
      devices: 2,
      drivers: 1,
      failures: 0,
    });
    expect(readFileSync(join(cwd, "b.json"), "utf8")).not.toContain(` ${hostname()}`);
  });

  test("of a Linux says which kernel it is and what the machine is called, which is not this one", async () => {
    const { root } = mlx5();
    await run("--root", root, "snapshot", "a.json");
    const { source, machine } = (await openSnapshot(join(cwd, "a.json"))).file;
    expect({ source, machine }).toEqual({ source: "bus auxiliary of Linux 6.12.0-test", machine: "rack7" });
    await run("--root", root, "snapshot", "b.json", "--mask");
    expect(readFileSync(join(cwd, "b.json"), "utf8")).not.toContain("rack7");
  });

  test("of a recorded Linux takes its name from /etc, and says when it has none", async () => {
    const machine = mlx5().remove("proc/sys/kernel/hostname").file("etc/hostname", "# as ordered\nrack8.example.com\n");
    machine.file("sys/bus/auxiliary/note", "rack8.example.com, rack8\n");
    const mask = () => run("--root", machine.root, "snapshot", "a.json", "--mask");
    expect((await mask()).stderr).toBe("");
    expect(readFileSync(join(cwd, "a.json"), "utf8")).not.toMatch(/rack8|example/);
    machine.remove("etc/hostname");
    expect((await mask()).stderr).toBe(
      "auxctl: the name of the machine is not known, and could not be masked; name it with --hide NAME\n",
    );
  });

  test("has a name with the time, or goes to the standard output", async () => {
    const { host, socket } = await HostRig.start();
    await addNic(host);
    await run("snapshot", "-s", socket);
    expect(readdirSync(cwd)).toEqual([expect.stringMatching(/^auxbus-\d{8}-\d{6}\.json\.gz$/)]);
    const { stdout } = await run("snapshot", "-", "-s", socket);
    expect(parseSnapshot(stdout, "-").snapshot.devices).toHaveLength(2);
    expect((await run("snapshot", "-", "--json", "-s", socket)).code).toBe(2);
  });

  test("says on a terminal how far it is; Ctrl-C leaves nothing behind", async () => {
    const { host, socket } = await HostRig.start();
    await addNic(host);
    const io = new FakeIo({ cwd, env, tty: true });
    const reading = io.wrote("devices are read");
    const ended = runProgram(["snapshot", "a.json", "-s", socket], io);
    await reading;
    io.interrupt("SIGINT");
    expect(await ended).toBe(130);
    expect(io.stderr).toContain("\r50 % of 2 devices are read\u001B[K");
    expect(io.stderr.endsWith("\r\u001B[Kauxctl: nothing was written\n")).toBe(true);
    expect(readdirSync(cwd)).toEqual([]);
    expect(io.held).toBe(0);
  });

  test("masks a file that is there already, and other words", async () => {
    await writeSnapshot(await snapshotOf((await makeBus()).view()), join(cwd, "a.json"));
    await run("snapshot", "--file", "a.json", "--mask", "b.json", "--hide", "vdpa9,0x15b3");
    const text = readFileSync(join(cwd, "b.json"), "utf8");
    for (const secret of [...Object.values(SECRETS), "0x15b3"])
      expect(text.toLowerCase()).not.toContain(secret.toLowerCase());
    expect(await run("snapshot", "--file", "a.json", "--hide", "x")).toMatchObject({ code: 2 });
    const kept = await run("snapshot", "--file", "a.json", "--mask", "--hide", "rdma,x1", "c.json");
    expect(kept.stderr).toBe("auxctl: rdma could not be masked: drivers or attributes are called so, too\n");
  });

  test("says when it cannot write", async () => {
    const { socket } = await HostRig.start();
    const file = join(cwd, "none", "a.json");
    expect(await run("snapshot", "none/a.json", "-s", socket)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining(`cannot write ${file}: no such file or directory (ENOENT)`),
    });
  });
});

describe("--file", () => {
  beforeEach(async () => {
    await writeSnapshot(await snapshotOf((await makeBus()).view()), join(cwd, "a.json.gz"));
  });

  test("shows a snapshot as it shows a host, also before the command", async () => {
    const tree = await run("tree", "--file", "a.json.gz");
    expect(tree).toEqual({
      code: 0,
      stdout: `DEVICE              STATE     DRIVER       MODULE
0000:03:00.0
├─ enx0c42a15b7e10
├─ nic.eth.0        bound     eth_drv.eth  eth_drv
├─ nic.rdma.0       deferred  waiting for firmware
└─ nic.vdpa.0       unbound   no registered driver matches auxiliary:nic.vdpa

3 devices (1 bound, 1 unbound, 1 deferred), 2 drivers (without device: rdma_drv.rdma)
`,
      stderr: "",
    });
    expect(await run("--file", "a.json.gz", "tree")).toEqual(tree);
    expect(await run("--file=a.json.gz", "--json", "tree")).toEqual(await run("tree", "--json", "--file", "a.json.gz"));
    expect((await run("ls", "--file", "a.json.gz", "--unbound")).stdout).toContain("nic.vdpa.0");
    expect((await run("show", "nic.eth.0", "--file", "a.json.gz")).stdout).toMatch(/driver: +eth_drv\.eth/);
    expect((await run("explain", "rdma.0", "--file", "a.json.gz")).stdout).toContain("waiting for firmware");
    const completed = async (...line: string[]) => (await run("names", "line", "--", ...line)).stdout;
    expect(await completed("--file", "a.json.gz", "show", "nic.v")).toBe("words\nnic.vdpa.0\n");
    expect(await completed("--file", "a.json.gz", "tre")).toMatch(/^words\ntree\t/);
    expect(await completed("--file", "a")).toBe("files\n");
    expect((await run("names", "line", "--", "show", "--file", "a.json.gz", "nic.")).stdout).toContain("nic.vdpa.0");
  });

  test.each([
    ["bind", "nic.vdpa.0"],
    ["unbind", "nic.eth.0"],
    ["rebind", "nic.eth.0"],
    ["rescan", "--all"],
    ["override", "nic.eth.0", "x"],
    ["autoprobe", "auxiliary", "off"],
    ["wait", "--bound", "nic.vdpa.0"],
    ["monitor"],
  ])("is refused by %s", async (...words) => {
    expect(await run(...words, "--file", "a.json.gz")).toEqual({
      code: 1,
      stdout: "",
      stderr: "auxctl: a.json.gz is a snapshot: nothing happens there any more, and nothing can be changed (EROFS)\n",
    });
  });

  test("shows nothing that would disturb a terminal", async () => {
    const file = await snapshotOf((await makeBus()).view());
    const folder = { ...file.sysfs[NIC.slice(1)], vendor: "\u001B[31mred\u0007" };
    await writeSnapshot({ ...file, sysfs: { ...file.sysfs, [NIC.slice(1)]: folder } }, join(cwd, "evil.json"));
    const { stdout } = await run("show", NIC, "--file", "evil.json");
    expect(stdout).toContain("\\u001b[31mred\\u0007");
    expect(stdout).not.toContain("\u001B");
  });

  test("says what is wrong with a file, and does not go with a host", async () => {
    expect(await run("tree", "--file", "none")).toMatchObject({
      code: 1,
      stderr: expect.stringContaining(`cannot open snapshot ${join(cwd, "none")}: no such file or directory (ENOENT)`),
    });
    expect((await run("tree", "--file", "a.json.gz", "-H", "x")).code).toBe(2);
  });
});

describe("auxctl diff", () => {
  beforeEach(async () => {
    const core = await makeBus();
    await writeSnapshot(await snapshotOf(core.view()), join(cwd, "a.json"));
    await core.view().unbind("auxiliary", "eth_drv.eth", "nic.eth.0");
    await core.auxiliary.find("nic.vdpa.0")?.destroy();
    const nic = core.findDevice(NIC) ?? expect.unreachable();
    nic.addAttribute("mode", { show: () => `${"switchdev ".repeat(20)}\n` });
    await writeSnapshot(await snapshotOf(core.view()), join(cwd, "b.json"));
  });

  test("says in lines what has changed", async () => {
    expect(await run("diff", "a.json", "a.json")).toEqual({ code: 0, stdout: "no differences\n", stderr: "" });
    expect(await run("diff", "a.json", "b.json")).toEqual({
      code: 1,
      stdout: `- device auxiliary/nic.vdpa.0: unbound
~ device auxiliary/nic.eth.0: driver: eth_drv.eth -> none
~ device auxiliary/nic.eth.0: module: eth_drv -> none
~ device auxiliary/nic.eth.0: state: bound -> unbound
~ device auxiliary/nic.eth.0: why: none -> unbound: eth_drv.eth not tried (nothing has asked since it is unbound; rescan or…
~ link nic.rdma.0 to nic.eth.0: state: available -> dormant
~ attribute devices/0000:03:00.0/mode: none -> switchdev switchdev switchdev switchdev switchdev switchdev switchdev switchdev …
`,
      stderr: "",
    });
  });

  test("is coloured on a terminal alone, and JSON has all", async () => {
    const coloured = await auxctl(["diff", "a.json", "b.json"], { cwd, env: { TERM: "xterm" }, tty: true });
    expect(coloured.stdout).toContain("\u001B[31m- device auxiliary/nic.vdpa.0");
    const { code, stdout } = await run("diff", "a.json", "b.json", "--json");
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({
      schema: 1,
      equal: false,
      devices: { removed: [{ name: "nic.vdpa.0" }], changed: [{ changes: { length: 4 } }] },
      attributes: [{ what: "devices/0000:03:00.0/mode", before: null, after: `${"switchdev ".repeat(20)}\n` }],
    });
  });

  test("compares with what is there now, and ends with 2 when something cannot be read", async () => {
    const { host, socket } = await HostRig.start();
    await addNic(host);
    await run("snapshot", "now.json", "-s", socket);
    expect(await run("diff", "now.json", "-s", socket)).toMatchObject({ code: 0 });
    expect(await run("diff", "a.json", "none")).toMatchObject({ code: 2, stderr: expect.stringContaining("ENOENT") });
    expect(await run("diff", "a.json", "-s", join(cwd, "none"))).toMatchObject({ code: 2 });
  });

  test("says that masked files differ by what is masked", async () => {
    await run("snapshot", "--file", "a.json", "--mask", "m.json");
    expect((await run("diff", "a.json", "m.json")).stderr).toContain("masked differs in every file");
  });
});
