// Runs in a guest, on a real kernel with real auxiliary devices: the command line as an administrator uses it.
import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync, readFileSync, readlinkSync, writeFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { recordMachine } from "./record-machine.ts";

const AUXCTL = fileURLToPath(new URL("../../../packages/auxctl/bin/auxctl.cjs", import.meta.url));
const OUT = "/run/out";
/** Emulated, everything takes some ten times as long. */
const LIMIT = { timeout: 300_000 };

/** Commands for the kernel module that publishes devices and drivers. */
function publish(...commands: readonly string[]): void {
  for (const command of commands) writeFileSync("/sys/kernel/debug/auxscenario/command", `${command}\n`);
}

interface Said {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

function auxctl(...args: readonly string[]): Said {
  const { status, stdout, stderr } = spawnSync(process.execPath, [AUXCTL, "--linux", ...args], { encoding: "utf8" });
  return { code: status, out: stdout, err: stderr };
}

/** What a command says as JSON. */
function json(...args: readonly string[]): Record<string, unknown> {
  const { out, err } = auxctl(...args, "--json");
  assert.notEqual(out, "", `auxctl ${args.join(" ")} said nothing: ${err}`);
  const record: unknown = JSON.parse(out);
  assert.ok(typeof record === "object" && record !== null);
  return { ...record };
}

/** A row for each device: name, state, driver, module. */
function devices(...args: readonly string[]): string[] {
  const { devices: list } = json("ls", ...args);
  assert.ok(Array.isArray(list));
  return list.map(({ name, state, driver, module }) => [name, state, driver ?? "-", module ?? "-"].join(" "));
}

function summary(device: string): string {
  const { explanation } = json("explain", device);
  assert.ok(typeof explanation === "object" && explanation !== null && "summary" in explanation);
  return String(explanation.summary);
}

function run(program: string, ...args: readonly string[]): string {
  const { status, stdout, stderr, error } = spawnSync(program, args, { encoding: "utf8" });
  assert.equal(status, 0, `${program} ${args.join(" ")}: ${error?.message ?? stderr}`);
  return stdout;
}

before(() => {
  publish("parent card", "device eth parent=card name=eth id=0", "init eth", "add eth modname=nic");
  publish("device rdma parent=card name=rdma id=0", "init rdma", "add rdma modname=nic");
  publish("device sf parent=eth name=sf id=4", "init sf", "add sf modname=nic");
});

after(() => {
  // For those who look at it later: pages of the documentation, and a machine to test with where there is no kernel.
  for (const args of [["tree"], ["--bus", "pci", "tree"], ["explain", "nic.rdma.0"], ["show", "nic.eth.0"]])
    writeFileSync(`${OUT}/${args.join("_").replaceAll(/--|\./g, "")}.txt`, auxctl(...args).out);
  const lists = json("--bus", "auxiliary,pci,virtio", "tree");
  writeFileSync(`${OUT}/machine.json`, `${JSON.stringify({ lists, files: recordMachine() }, null, 1)}\n`);
});

test("tree: devices below their parents, nested ones, too; without driver, and why", LIMIT, () => {
  const { code, out } = auxctl("tree");
  assert.equal(code, 0);
  const lines = out.split("\n").map((line) => line.trimEnd());
  assert.match(lines[1] ?? "", /^card$/);
  assert.match(
    lines[2] ?? "",
    /^├─ nic\.eth\.0 +unbound +no installed module is for auxiliary:nic\.eth; bus auxiliary has/,
  );
  assert.match(lines[3] ?? "", /^│ {2}└─ nic\.sf\.4 +unbound/);
  assert.match(lines[4] ?? "", /^└─ nic\.rdma\.0 +unbound/);
});

test("a driver comes, and has its devices; its module is named", LIMIT, () => {
  publish("driver one modname=one ids=nic.eth", "register one");
  assert.deepEqual(devices(), ["nic.eth.0 bound one auxscenario", "nic.sf.4 unbound - -", "nic.rdma.0 unbound - -"]);
  assert.equal(summary("nic.eth.0"), "bound to one of module auxscenario");
});

test("unbind, bind to a driver by name, bind to whatever matches, rebind", LIMIT, () => {
  assert.equal(auxctl("unbind", "nic.eth.0").code, 0);
  assert.equal(devices("nic.eth.0")[0], "nic.eth.0 unbound - -");
  assert.equal(auxctl("bind", "nic.eth.0", "one").code, 0);
  assert.equal(devices("nic.eth.0")[0], "nic.eth.0 bound one auxscenario");
  assert.equal(auxctl("rebind", "nic.eth.0").code, 0);
  assert.equal(auxctl("unbind", "nic.eth.0").code, 0);
  assert.equal(auxctl("bind", "nic.eth.0").code, 0);
  assert.equal(devices("nic.eth.0")[0], "nic.eth.0 bound one auxscenario");
});

test("what the kernel refuses is said in words, with exit code 1", LIMIT, () => {
  const { code, err } = auxctl("bind", "nic.rdma.0", "one");
  assert.equal(code, 1);
  assert.match(err, /driver one does not match nic\.rdma\.0.*\(ENODEV\)/);
  assert.match(auxctl("bind", "nic.rdma.0", "none").err, /bus auxiliary has no driver none; it has one \(ENOENT\)/);
  assert.match(auxctl("unbind", "nic.rdma.0").err, /nic\.rdma\.0/);
  assert.match(auxctl("override", "nic.eth.0", "one").err, /bus auxiliary has no override/);
});

test("a dry run says what would be written, and nothing is", LIMIT, () => {
  const { code, out } = auxctl("unbind", "nic.eth.0", "--dry-run");
  assert.equal(code, 0);
  assert.equal(out, 'would write "nic.eth.0" to /sys/bus/auxiliary/drivers/one/unbind\n');
  assert.equal(devices("nic.eth.0")[0], "nic.eth.0 bound one auxscenario");
});

test("a deferred device, with the kernel's list of them", LIMIT, () => {
  publish("driver later modname=later ids=nic.rdma probe=EPROBE_DEFER", "register later");
  assert.equal(devices("nic.rdma.0")[0], "nic.rdma.0 deferred - -");
  assert.match(summary("nic.rdma.0"), /^deferred: /);
  // It stays on the list when the driver goes; only one that takes it, or its end, takes it off.
  publish("unregister later", "driver taker modname=taker ids=nic.rdma", "register taker", "unregister taker");
  assert.equal(devices("nic.rdma.0")[0], "nic.rdma.0 unbound - -");
});

test("autoprobe off: a new device waits until somebody rescans", LIMIT, () => {
  assert.equal(auxctl("autoprobe", "auxiliary", "off").code, 0);
  publish("device second parent=card name=eth id=1", "init second", "add second modname=nic");
  assert.equal(devices("nic.eth.1")[0], "nic.eth.1 unbound - -");
  assert.equal(auxctl("autoprobe", "auxiliary", "on").code, 0);
  const { code } = auxctl("rescan", "nic.eth.1");
  assert.equal(code, 0);
  assert.equal(devices("nic.eth.1")[0], "nic.eth.1 bound one auxscenario");
  publish("delete second", "uninit second");
});

test("monitor: uevents of the kernel, through udevadm", LIMIT, async () => {
  const child = spawn(process.execPath, [AUXCTL, "--linux", "monitor", "--json", "--count", "4"]);
  const heard: string[] = [];
  const lines = createInterface({ input: child.stdout });
  lines.on("line", (line) => {
    const { action, devpath } = JSON.parse(line);
    if (typeof action === "string") heard.push(`${action} ${String(devpath)}`);
  });
  let said = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => (said += text));
  // It hears nothing before it has said where from; udevadm then needs its socket.
  while (!said.includes("udevadm")) {
    assert.equal(child.exitCode, null, said);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  assert.match(said, /uevents are from udevadm/);
  while (!existsSync("/proc/net/netlink") || !/^\S+ +15 +\d+ +0*1 /m.test(readFileSync("/proc/net/netlink", "utf8")))
    await new Promise((resolve) => setTimeout(resolve, 50));
  publish("device third parent=card name=eth id=2", "init third", "add third modname=nic");
  publish("delete third", "uninit third");
  const [code] = await once(child, "close");
  assert.equal(code, 0);
  const path = "/devices/card/nic.eth.2";
  assert.deepEqual(heard, [`add ${path}`, `bind ${path}`, `unbind ${path}`, `remove ${path}`]);
});

test("wait: for a device that is not there yet, and for one to go", LIMIT, async () => {
  const bound = spawn(process.execPath, [AUXCTL, "--linux", "wait", "--bound", "nic.eth.3", "--timeout", "90"], {
    stdio: ["ignore", "inherit", "inherit"],
  });
  publish("device fourth parent=card name=eth id=3", "init fourth");
  setTimeout(() => publish("add fourth modname=nic"), 3000);
  assert.deepEqual(await once(bound, "close"), [0, null]);
  const gone = spawn(process.execPath, [AUXCTL, "--linux", "wait", "--gone", "nic.eth.3", "--timeout", "90"], {
    stdio: ["ignore", "inherit", "inherit"],
  });
  setTimeout(() => publish("delete fourth", "uninit fourth"), 3000);
  assert.deepEqual(await once(gone, "close"), [0, null]);
  const late = auxctl("wait", "--bound", "nic.rdma.0", "--timeout", "1");
  assert.equal(late.code, 1);
  assert.match(late.err, /nic\.rdma\.0 is not bound after 1 s: unbound/);
});

test("looking while devices come and go never fails", LIMIT, async () => {
  let ending = false;
  const ids = Array.from({ length: 10 }, (_, i) => i + 10);
  publish(...ids.map((id) => `device c${id} parent=card name=eth id=${id}`));
  const churn = (async () => {
    let times = 0;
    for (; !ending; times++) {
      for (const id of ids) publish(`init c${id}`, `add c${id} modname=nic`);
      await new Promise((resolve) => setImmediate(resolve));
      for (const id of ids) publish(`delete c${id}`, `uninit c${id}`);
      await new Promise((resolve) => setImmediate(resolve));
    }
    return times;
  })();
  for (const args of [["ls"], ["tree"], ["ls", "--json"], ["show", "card"], ["tree"]]) {
    const child = spawn(process.execPath, [AUXCTL, "--linux", ...args], { stdio: ["ignore", "ignore", "pipe"] });
    let complaints = "";
    child.stderr.setEncoding("utf8").on("data", (text: string) => (complaints += text));
    assert.deepEqual(await once(child, "close"), [0, null], `${args.join(" ")}: ${complaints}`);
  }
  ending = true;
  assert.ok((await churn) > 10);
});

test("the machine's own hardware: the same as udevadm says", LIMIT, () => {
  const { devices: list } = json("--bus", "pci,virtio", "ls");
  assert.ok(Array.isArray(list) && list.length > 5);
  for (const { path, driver, modalias } of list) {
    const said = run("udevadm", "info", "--query=property", `--path=${String(path)}`).split("\n");
    const property = (name: string): string | null =>
      said.find((line) => line.startsWith(`${name}=`))?.slice(name.length + 1) ?? null;
    assert.deepEqual([path, driver, modalias], [property("DEVPATH"), property("DRIVER"), property("MODALIAS")]);
  }
});

test("the module tree: the same as modprobe says, for every device of the machine", LIMIT, () => {
  const aliases = new Set<string>();
  for (const bus of ["pci", "virtio"]) {
    if (!existsSync(`/sys/bus/${bus}`)) continue;
    for (const name of readdirSync(`/sys/bus/${bus}/devices`)) {
      const file = `/sys/bus/${bus}/devices/${name}/modalias`;
      if (existsSync(file)) aliases.add(readFileSync(file, "utf8").trim());
    }
  }
  aliases.add("auxiliary:mlx5_core.eth").add("auxiliary:nobody.has");
  assert.ok(aliases.size > 8);
  let found = 0;
  for (const alias of aliases) {
    const { stdout } = spawnSync("modprobe", ["-R", alias], { encoding: "utf8" });
    const expected = stdout.split("\n").filter((line) => line !== "");
    const { modules } = json("resolve", alias);
    assert.ok(Array.isArray(modules));
    assert.deepEqual(modules.toSorted(), [...new Set(expected)].toSorted(), alias);
    found += expected.length;
  }
  assert.ok(found > 3, `${found} modules`);
});

test("what a module is for, what is loaded, and a device whose module is not", LIMIT, () => {
  const { drivers } = json("drivers");
  assert.ok(Array.isArray(drivers));
  assert.ok(drivers.some(({ alias, module }) => alias === "auxiliary:mlx5_core.eth" && module === "mlx5_core"));
  const { modules } = json("lsmod");
  assert.ok(Array.isArray(modules) && modules.some(({ name }) => name === "auxscenario"));
  const { out } = auxctl("--bus", "pci", "tree");
  assert.match(out, /unbound +e1000e: the module is not loaded; modprobe e1000e loads it/);
});

test("the card of the default route is not taken away, unless it is to be", LIMIT, () => {
  run("modprobe", "virtio_net");
  const [name = ""] = readdirSync("/sys/class/net").filter((each) => each !== "lo");
  const [device = ""] = readlinkSync(`/sys/class/net/${name}`)
    .split("/")
    .filter((part) => part.startsWith("virtio"));
  run("/bin/busybox", "ip", "addr", "add", "10.0.2.15/24", "dev", name);
  run("/bin/busybox", "ip", "link", "set", name, "up");
  run("/bin/busybox", "ip", "route", "add", "default", "via", "10.0.2.2");
  const refused = auxctl("--bus", "virtio", "unbind", device);
  assert.equal(refused.code, 1);
  assert.match(refused.err, new RegExp(`the default route goes over ${name}; --force does it anyway \\(EBUSY\\)`));
  const pci = readlinkSync(`/sys/bus/virtio/devices/${device}`).split("/").at(-2) ?? "";
  assert.match(auxctl("--bus", "pci", "unbind", pci).err, /is cut off/);
  assert.ok(existsSync(`/sys/class/net/${name}`));
  assert.equal(auxctl("--bus", "virtio", "unbind", device, "--force").code, 0);
  assert.ok(!existsSync(`/sys/class/net/${name}`));
});

test("a snapshot opens as a file and shows the same; two are compared", LIMIT, () => {
  const [before, later] = ["/run/before.json.gz", "/run/later.json"];
  const taken = auxctl("snapshot", before);
  assert.equal(taken.code, 0, taken.err);
  const show = (file: string): string => {
    const { status, stdout } = spawnSync(process.execPath, [AUXCTL, "--file", file, "tree"], { encoding: "utf8" });
    assert.equal(status, 0);
    return stdout;
  };
  assert.equal(show(before), auxctl("tree").out);
  assert.equal(auxctl("unbind", "nic.eth.0").code, 0);
  assert.equal(auxctl("snapshot", later, "--mask").code, 0);
  const compared = spawnSync(process.execPath, [AUXCTL, "diff", before, later], { encoding: "utf8" });
  assert.equal(compared.status, 1);
  assert.match(compared.stdout, /~ device auxiliary\/nic\.eth\.0: driver: one -> none/);
  assert.equal(auxctl("bind", "nic.eth.0").code, 0);
  assert.equal(spawnSync(process.execPath, [AUXCTL, "diff", before, before]).status, 0);
});

test("without root everything can be seen, and a change says what it needs", LIMIT, () => {
  const view = fileURLToPath(new URL("../../../packages/linux/dist/index.js", import.meta.url));
  const script = `
    const { LinuxView } = await import(${JSON.stringify(view)});
    process.setgid(65534); process.setuid(65534);
    const linux = new LinuxView();
    const { devices } = await linux.snapshot();
    console.log(devices.length);
    await linux.unbind("auxiliary", "one", "nic.eth.0").catch((error) => console.log(error.message));`;
  const said = run(process.execPath, "--input-type=module", "-e", script);
  assert.match(said, /^4\nEACCES: cannot write \/sys\/bus\/auxiliary\/drivers\/one\/unbind: it needs root/);
  assert.equal(devices("nic.eth.0")[0], "nic.eth.0 bound one auxscenario");
});
