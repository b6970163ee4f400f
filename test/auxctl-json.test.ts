// What docs/auxctl.md promises of JSON is what the commands print.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { mlx5 } from "./linux/cards.ts";
import { Shelf } from "./modules/shelf.ts";
import { runningHost } from "./running-host.ts";

const NIC = `let nic, device;
export async function init({ core, module }) {
  nic = core.addRootDevice("nic0", { owner: module });
  device = await core.auxiliary.create(nic, { module, name: "eth" });
}
export async function exit() { await device.destroy(); await nic.destroy(); }`;
const ETH = `export const driver = { name: "eth", idTable: [{ name: "nic.eth" }], probe() {} };`;

/** Commands of the table that go on until Ctrl-C, and are tested by themselves. */
const LASTING = ["console"];

/** What each other command of the table is tried with; the last one ends the host. */
const TRIES: Readonly<Record<string, readonly string[]>> = {
  ls: [],
  tree: [],
  "show of a device": ["nic.eth.0"],
  "show of a driver": ["eth.eth"],
  "show of a bus": ["auxiliary"],
  explain: ["nic.eth.0"],
  rebind: ["nic.eth.0"],
  unbind: ["nic.eth.0"],
  bind: ["nic.eth.0"],
  rescan: ["nic.eth.0"],
  override: ["nic.eth.0", "--clear"],
  autoprobe: ["auxiliary", "on"],
  park: ["nic.eth.0"],
  unpark: ["nic.eth.0"],
  reset: ["nic.eth.0"],
  wait: ["nic.eth.0", "--present"],
  snapshot: ["case.json"],
  diff: ["case.json"],
  drivers: ["--root", "machine"],
  lsmod: [],
  hosts: [],
  modinfo: ["nic"],
  depmod: [],
  resolve: ["auxiliary:nic.eth"],
  modprobe: ["extra"],
  param: ["extra", "on=1"],
  upgrade: ["extra"],
  rmmod: ["extra"],
  blacklist: [],
  status: [],
  settings: [],
  top: ["--once"],
  token: [],
  suspend: [],
  resume: [],
  reload: [],
  down: [],
};

/** The members that the table has for each command. */
function documented(): Map<string, string[]> {
  const text = readFileSync(join(import.meta.dirname, "../docs/auxctl.md"), "utf8");
  const members = new Map<string, string[]>();
  for (const [, command = "", of = "", names = "", notes = ""] of text.matchAll(
    /^\| `(\w+)`( of a \w+)? \| (`\w+`(?:, `\w+`)*) \| (.*)\|$/gm,
  )) {
    const list = [...names.matchAll(/`(\w+)`/g)].map(([, name = ""]) => name);
    members.set(command + of, list);
    const [, others = ""] = /^also ((?:`\w+`(?:, )?)+)/.exec(notes) ?? [];
    for (const [, other = ""] of others.matchAll(/`(\w+)`/g)) members.set(other, list);
  }
  return members;
}

test("each command prints the members that are documented", async () => {
  const { folder } = new Shelf(
    { name: "nic", code: NIC },
    { name: "eth", code: ETH, auxbus: { aliases: ["auxiliary:nic.eth"] } },
    { name: "extra", auxbus: { params: { on: { type: "bool", writable: true } } } },
  );
  mlx5(join(folder, "machine"));
  const host = await runningHost({ name: "lab", modules: ["nic"], listen: { http: { port: 0 } } }, folder);
  expect(await host.auxctl("wait", "--bound", "nic.eth.0")).toMatchObject({ code: 0 });
  const table = documented();
  expect([...table.keys()].toSorted()).toEqual([...LASTING, ...Object.keys(TRIES)].toSorted());
  for (const [name, words] of Object.entries(TRIES)) {
    const [command = ""] = name.split(" ");
    const { stdout, stderr } = await host.auxctl(command, ...words, "--json");
    expect(stderr, name).toBe("");
    const said: Record<string, unknown> = JSON.parse(stdout);
    expect(said["schema"], name).toBe(1);
    expect(Object.keys(said).slice(1).toSorted(), name).toEqual(table.get(name)?.toSorted());
  }
  expect(await host.ended).toBe(0);
});
