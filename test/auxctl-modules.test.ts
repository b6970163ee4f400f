// A bus in a process of its own, steered from other processes, as people do it.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { runProgram } from "../packages/auxctl/src/program.ts";
import { auxctl, FakeIo, type Ran } from "./fake-io.ts";
import { Shelf, telling } from "./modules/shelf.ts";
import { tempFolder } from "./temp-folder.ts";

const ROOT = join(import.meta.dirname, "..");
const BIN = join(ROOT, "packages/auxctl/bin/auxctl.cjs");

let child: ChildProcess | undefined;

afterEach(async () => {
  if (child === undefined || child.exitCode !== null) return;
  child.kill("SIGTERM");
  await once(child, "close");
});

interface Steered {
  readonly socket: string;
  readonly cwd: string;
  readonly runtime: string;
  readonly printed: () => string;
  auxctl(...args: string[]): Promise<Ran>;
}

/** Starts `auxctl run` and waits until it watches. */
async function running(args: readonly string[], cwd: string = ROOT): Promise<Steered> {
  const runtime = tempFolder();
  const env = { ...process.env, XDG_RUNTIME_DIR: runtime, NO_COLOR: "1" };
  const started = spawn(process.execPath, [BIN, "run", ...args], { cwd, env, stdio: ["ignore", "pipe", "pipe"] });
  child = started;
  let printed = "";
  await new Promise<void>((resolve, reject) => {
    const heard = (chunk: Buffer): void => {
      printed += chunk.toString();
      if (/\d+ devices?|no devices/.test(printed)) resolve();
    };
    started.stdout.on("data", heard);
    started.stderr.on("data", heard);
    started.on("close", (code) => reject(new Error(`auxctl run ended with ${code}: ${printed}`)));
  });
  return {
    runtime,
    cwd,
    socket: join(runtime, "auxbus", `run-${started.pid}.sock`),
    printed: () => printed,
    auxctl: (...words) => auxctl(words, { cwd, env: { XDG_RUNTIME_DIR: runtime } }),
  };
}

const json = (stdout: string): unknown => JSON.parse(stdout);

describe("auxctl run snd_sof", () => {
  test.each(["none", "worker", "process"])(
    "alone brings up the whole SOF stack by autoload, with its clients isolated: %s",
    async (kind) => {
      const clients = ["snd_sof_ipc_flood_test", "snd_sof_ipc_msg_injector", "snd_sof_probes"];
      const isolation = clients.flatMap((name) => ["--isolation", `${name}=${kind}`]);
      const bus = await running(["snd_sof", "--param", "snd_sof_probes.enable=1", ...isolation]);
      const rows = bus
        .printed()
        .split("\n")
        .filter((line) => line.includes("bound"));
      expect(rows.map((line) => line.replace(/^\W+/, "").split(/\s+/).slice(0, 4).join(" "))).toEqual([
        "0000:00:1f.3 bound sof-audio-pci-intel-tgl snd_sof_pci_intel_tgl",
        "snd_sof.ipc_flood.0 bound snd_sof_ipc_flood_test snd_sof_ipc_flood_test",
        "snd_sof.ipc_flood.1 bound snd_sof_ipc_flood_test snd_sof_ipc_flood_test",
        "snd_sof.msg_injector.0 bound snd_sof_ipc_msg_injector snd_sof_ipc_msg_injector",
        "snd_sof.hda-probes.0 bound snd_sof_probes snd_sof_probes",
        "5 devices (5 bound),",
      ]);
      const { hosts } = json((await bus.auxctl("hosts", "--json")).stdout) as {
        hosts: { kind: string; modules: string[] }[];
      };
      expect(hosts.flatMap(({ modules }) => modules).toSorted()).toEqual(kind === "none" ? [] : clients.toSorted());
      expect(hosts.every((host) => host.kind === kind)).toBe(true);
    },
  );
});

interface Hosts {
  readonly hosts: readonly {
    readonly pid: number | null;
    readonly devices: readonly string[];
    readonly crashes: number;
  }[];
  readonly parked: readonly { readonly device: string; readonly reason: string }[];
}

describe("P14: the SOF stack under load, and its client's process is killed", () => {
  test("it is started again and its devices are bound, until it was once too often; reset brings it back", async () => {
    const bus = await running([
      "snd_sof",
      ...["--isolation", "snd_sof_ipc_flood_test=process"],
      // Somebody floods, unplugs and plugs in all the time.
      ...["--param", "sim_tgl_machine.life=5"],
    ]);
    const hosts = async (): Promise<Hosts> => json((await bus.auxctl("hosts", "--json")).stdout) as Hosts;
    const until = async (condition: (now: Hosts) => boolean): Promise<Hosts> => {
      for (const end = performance.now() + 15_000; ;) {
        const now = await hosts();
        if (condition(now)) return now;
        if (performance.now() > end) throw new Error(`it did not come to that: ${JSON.stringify(now)}`);
      }
    };
    // One that is unplugged at the moment of a crash does not count it.
    for (;;) {
      const {
        hosts: [before],
        parked,
      } = await until(({ hosts: [host], parked }) => parked.length === 2 || (host?.devices.length ?? 0) > 0);
      if (parked.length === 2) break;
      process.kill(before?.pid ?? Number.NaN, "SIGKILL");
      await until(
        ({ hosts: [host] }) => host !== undefined && host.crashes > (before?.crashes ?? 0) && host.pid !== null,
      );
    }
    const { parked } = await hosts();
    const folder = "/devices/pci0000:00/0000:00:1f.3";
    expect(parked.map(({ device }) => device).toSorted()).toEqual([
      `${folder}/snd_sof.ipc_flood.0`,
      `${folder}/snd_sof.ipc_flood.1`,
    ]);
    expect(parked[0]?.reason).toMatch(
      /^parked after 5 crashes of snd_sof_ipc_flood_test in 30 minutes, the last one: killed by SIGKILL$/,
    );
    expect((await bus.auxctl("hosts")).stdout).toContain("parked after 5 crashes");
    for (const end = performance.now() + 30_000; ;) {
      // They may be unplugged at the moment, and are to be reset when they are there.
      for (const id of [0, 1]) await bus.auxctl("reset", `snd_sof.ipc_flood.${id}`);
      const now = await hosts();
      if (now.hosts[0]?.devices.length === 2) break;
      if (performance.now() > end) throw new Error(`it did not come to that: ${JSON.stringify(now)}`);
    }
  }, 120_000);
});

describe("a running bus", () => {
  const shelf = (): Shelf =>
    new Shelf(
      { name: "base" },
      {
        name: "gateway",
        version: "1.2.3",
        dependencies: ["base"],
        auxbus: { params: { ports: { type: "uint", default: 2, writable: true } } },
      },
      { name: "bad", code: "export function init() { throw new Error('no such hardware'); }" },
      { name: "extra", auxbus: { aliases: ["auxiliary:gateway.*"] } },
    );

  test("is steered from another shell, and says what it refuses", async () => {
    const { folder } = shelf();
    const bus = await running(["gateway"], folder);
    expect(statSync(bus.socket).mode & 0o777, "only its user gets in").toBe(0o600);
    expect(statSync(join(bus.runtime, "auxbus")).mode & 0o777).toBe(0o700);
    expect(await bus.auxctl("lsmod")).toEqual({
      code: 0,
      stderr: "",
      stdout: [
        "MODULE   VERSION  STATE  RUNS IN  USED  BY",
        "base     1.0.0    live   the bus     1  gateway",
        "gateway  1.2.3    live   the bus     0",
        "",
      ].join("\n"),
    });
    const refused = (message: string): object => ({ code: 1, stdout: "", stderr: `auxctl: ${message}\n` });
    expect(await bus.auxctl("rmmod", "base")).toEqual(refused("module base is in use by gateway (EBUSY)"));
    expect(await bus.auxctl("rmmod", "nobody")).toEqual(refused("module nobody is not loaded (ENOENT)"));
    expect(await bus.auxctl("modprobe", "bad")).toEqual(refused("no such hardware (EIO)"));
    expect(await bus.auxctl("modprobe", "gatewax")).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/module gatewax not found among the \d+/),
    });
    expect(await bus.auxctl("param", "gateway", "ports=8")).toEqual({ code: 0, stdout: "", stderr: "" });
    expect(json((await bus.auxctl("lsmod", "--json")).stdout)).toMatchObject({
      schema: 1,
      modules: [{ name: "base" }, { params: { ports: 8 } }],
    });
    expect(await bus.auxctl("param", "gateway", "ports=many")).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/is a whole number/),
    });
    expect(await bus.auxctl("param", "gateway", "ports")).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/expected KEY=VALUE/),
    });
    expect(await bus.auxctl("modprobe", "auxiliary:gateway.x", "--json")).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/loaded/),
    });
    expect(await bus.auxctl("modprobe", "-r", "gateway")).toMatchObject({ code: 0 });
    expect(json((await bus.auxctl("lsmod", "--json")).stdout)).toMatchObject({ modules: [{ name: "extra" }] });
    expect((await bus.auxctl("names", "loaded")).stdout).toBe("extra\n");
    expect(await bus.auxctl("hosts")).toMatchObject({ code: 0, stdout: "no module is isolated\n" });
    expect(await bus.auxctl("reset", "x.y.0")).toEqual(
      refused("there is no device x.y.0; auxctl ls shows what there is (ENODEV)"),
    );
  });

  test("in one process: the same bus, without the start of another one", async () => {
    const { folder: cwd } = shelf();
    const env = { XDG_RUNTIME_DIR: tempFolder(), NO_COLOR: "1" };
    const io = new FakeIo({ cwd, env, tty: true });
    const watching = io.wrote("watching uevents");
    const ended = runProgram(["run", "gateway", "--verbose"], io);
    await watching;
    const ask = (...words: string[]): Promise<Ran> => auxctl(words, { cwd, env });
    expect((await ask("lsmod")).stdout).toContain("gateway  1.2.3    live");
    expect((await ask("modprobe", "extra")).code).toBe(0);
    expect((await ask("resolve", "--running", "auxiliary:gateway.x")).stdout).toBe("extra\n");
    expect((await ask("param", "gateway", "ports=3", "--json")).stdout).toBe(
      '{"schema":1,"module":"gateway","params":{"ports":"3"}}\n',
    );
    expect((await ask("upgrade", "gateway", "--json")).stdout).toBe('{"schema":1,"module":"gateway","devices":[]}\n');
    expect((await ask("rmmod", "extra", "--json")).stdout).toBe('{"schema":1,"module":"extra","state":"unloaded"}\n');
    expect((await ask("modprobe", "-r", "gateway", "--json")).stdout).toBe(
      '{"schema":1,"module":"gateway","state":"unloaded"}\n',
    );
    expect((await ask("modprobe", "-r", "gateway", "x=1")).code).toBe(2);
    expect((await ask("lsmod")).stdout).toBe("no modules\n");
    expect((await ask("names", "installed")).stdout).toContain("gateway\n");
    expect((await ask("names", "loaded")).stdout).toBe("");
    expect((await ask("names", "parked")).stdout).toBe("");
    expect(json((await ask("hosts", "--json")).stdout)).toEqual({ schema: 1, hosts: [], parked: [] });
    expect((await ask("reset", "x.y.0")).code).toBe(1);
    expect(
      (
        await auxctl(["run", "gateway", "-s", join(env.XDG_RUNTIME_DIR, "auxbus", `run-${process.pid}.sock`)], {
          cwd,
          env,
        })
      ).stderr,
    ).toContain("is listening on");
    io.interrupt("SIGINT");
    expect(await ended).toBe(0);
    expect(io.stderr).toContain("module gateway loaded");
    expect((await ask("names", "loaded")).stdout, "nobody to ask").toBe("");
  });

  test("upgrades a module to what is installed now", async () => {
    const packages = shelf();
    const bus = await running(["gateway"], packages.folder);
    packages.put({ name: "gateway", version: "2.0.0", dependencies: ["base"], code: telling("gateway") });
    expect(await bus.auxctl("upgrade", "gateway")).toEqual({ code: 0, stderr: "", stdout: "no device was bound\n" });
    expect(json((await bus.auxctl("lsmod", "--json")).stdout)).toMatchObject({
      modules: [{ name: "base" }, { version: "2.0.0" }],
    });
  });

  test("is found by its socket; none and several are told apart; what is left of a dead one is no bus", async () => {
    const first = await running(["gateway"], shelf().folder);
    const env = { XDG_RUNTIME_DIR: first.runtime };
    const stale = join(first.runtime, "auxbus", "run-1.sock");
    writeFileSync(stale, "");
    expect((await auxctl(["lsmod"], { env })).code, "the stale one is removed").toBe(0);
    expect(() => statSync(stale)).toThrow(/ENOENT/);
    const second = spawn(process.execPath, [BIN, "run", "base"], {
      cwd: first.cwd,
      env: { ...process.env, ...env },
      stdio: ["ignore", "pipe", "inherit"],
    });
    await once(second.stdout, "data");
    const several = await auxctl(["lsmod"], { env });
    expect(several).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/several hosts are running, say which with --host: /),
    });
    expect((await auxctl(["lsmod", "-s", first.socket], { env })).stdout).toContain("gateway");
    second.kill("SIGTERM");
    await once(second, "close");
    child?.kill("SIGTERM");
    if (child !== undefined) await once(child, "close");
    expect(await auxctl(["lsmod"], { env })).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/no host is running; start one/),
    });
    expect(await auxctl(["lsmod", "-s", first.socket], { env })).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/no host answers/),
    });
  });
});

describe("without a bus", () => {
  test("modinfo, depmod and resolve look at what is installed", async () => {
    const { folder: cwd } = new Shelf(
      {
        name: "@acme/card",
        version: "3.1.0",
        auxbus: {
          aliases: ["pci:v00001234d*"],
          softdep: { post: ["x"] },
          params: { on: { type: "bool", default: true, description: "Light." } },
          isolation: "worker",
        },
      },
      { name: "broken", auxbus: { isolation: "moon" } },
    );
    const info = await auxctl(["modinfo", "card"], { cwd });
    expect(info.stdout.split("\n").filter((line) => !/^(folder|entry)/.test(line))).toEqual([
      "name:      card",
      "package:   @acme/card",
      "version:   3.1.0",
      "isolation: worker",
      "alias:     pci:v00001234d*",
      "softdep:   post: x",
      "parm:      on: bool (Y)  Light.",
      "",
    ]);
    expect(json((await auxctl(["modinfo", "@acme/card", "--json"], { cwd })).stdout)).toMatchObject({
      module: { name: "card" },
    });
    expect(await auxctl(["modinfo", "nobody"], { cwd })).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/module nobody not found/),
    });

    const found = await auxctl(["depmod", "--force", "--json"], { cwd });
    expect(json(found.stdout)).toMatchObject({ cached: false });
    expect(found.stderr).toMatch(/broken\/package\.json: auxbus\.isolation: /);
    expect((await auxctl(["depmod", "--show"], { cwd })).stdout).toContain("alias pci:v00001234d* card\n");

    expect(await auxctl(["resolve", "pci:v00001234d00005678"], { cwd })).toMatchObject({ code: 0, stdout: "card\n" });
    expect(await auxctl(["resolve", "usb:v1"], { cwd })).toEqual({
      ...{ code: 1, stdout: "", stderr: "auxctl: no module is for usb:v1\n" },
    });
    expect(await auxctl(["resolve", "usb:v1", "--json"], { cwd })).toMatchObject({ code: 1, stderr: "" });
    const file = join(
      tempFolder({ "modules.alias": "# Linux\nalias usb:v0BDAp* rtl\nalias usb:v0BDAp8153* cdc\n" }),
      "modules.alias",
    );
    const linux = await auxctl(["resolve", "--alias-file", file, "usb:v0BDAp8153d0100", "--json"], { cwd });
    expect(json(linux.stdout)).toEqual({ schema: 1, modules: ["rtl", "cdc"] });
    expect(readFileSync(file, "utf8")).toContain("rtl");
    expect(await auxctl(["resolve", "-a", "/nowhere", "x:y"], { cwd })).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/cannot read/),
    });
  });

  test("run refuses modules and isolation that are not there", async () => {
    const { folder: cwd } = new Shelf({ name: "card" });
    const refused = async (...args: string[]): Promise<string> =>
      (await auxctl(["run", "card", ...args], { cwd })).stderr;
    expect(await refused("-b", "x")).toContain("--blacklist for module x, which is not installed");
    expect(await refused("-i", "card=moon")).toContain("--isolation card=moon: expected MODULE=none");
    const file = join(tempFolder({ precious: "text" }), "precious");
    expect(await refused("-s", file)).toContain("is there, and is no socket; choose another path");
    expect(readFileSync(file, "utf8"), "it is left alone").toBe("text");
    expect(await refused("-i", "x=worker")).toContain("--isolation for module x, which is not installed");
  });
});
