import type { BusView, DeviceSnapshot, SysfsEntry } from "auxbus";
import type { ViewPromise } from "./check-view.ts";
import { expectRefusal, expectThat } from "./expecting.ts";

/** What the files below `/sys` promise. */
export const FILE_PROMISES: readonly ViewPromise[] = [
  { name: "folders are sorted, and say what is in them", check: sortedFolders },
  { name: "folders of devices have links to their bus and driver", check: ownLinks },
  { name: "folders of buses have the devices and drivers of the snapshot", check: busFolders },
  { name: "what is readable can be read, or says why not; what is not is refused", check: reading },
  { name: "links are followed on the way", check: following },
];

/** How many devices are looked at: they are alike. */
const MOST = 50;

async function someDevices(view: BusView): Promise<readonly DeviceSnapshot[]> {
  return (await view.snapshot(["devices"])).devices.slice(0, MOST);
}

async function sortedFolders(view: BusView): Promise<void> {
  for (const folder of ["", "bus", "devices", ...(await someDevices(view)).map(({ path }) => path.slice(1))]) {
    const entries = await view.list(folder);
    const names = entries.map(({ name }) => name);
    const sorted = [...new Set(names)].toSorted((a, b) => (a < b ? -1 : 1));
    expectThat(names.join() === sorted.join(), `/sys/${folder} is not sorted, or has a name twice: ${names.join()}`);
    for (const { name, kind, target } of entries) {
      expectThat(name !== "" && !name.includes("/"), `/sys/${folder} has ${name}, which is no name`);
      const leads = target !== undefined && target !== "" && !target.startsWith("/");
      expectThat((kind === "link") === leads, `${kind} /sys/${folder}/${name} leads to ${target}`);
    }
  }
}

async function ownLinks(view: BusView): Promise<void> {
  for (const { path, bus, driver } of await someDevices(view)) {
    const entries = await view.list(path.slice(1));
    const target = (name: string): string | undefined => entries.find((each) => each.name === name)?.target;
    if (bus !== null) {
      expectThat(target("subsystem") === `bus/${bus}`, `subsystem of ${path} leads to ${target("subsystem")}`);
    }
    const expected = driver === null ? undefined : `bus/${bus}/drivers/${driver}`;
    expectThat(target("driver") === expected, `driver of ${path} leads to ${target("driver")}, not to ${expected}`);
  }
}

async function busFolders(view: BusView): Promise<void> {
  const { buses, devices, drivers } = await view.snapshot();
  for (const { name: bus } of buses) {
    const shown = (await view.list(`bus/${bus}/devices`)).map(({ name, target }) => `${name} at ${target}`);
    const there = devices.filter((each) => each.bus === bus).map(({ name, path }) => `${name} at ${path.slice(1)}`);
    expectSame(`/sys/bus/${bus}/devices`, shown, there);
    const offered = (await view.list(`bus/${bus}/drivers`)).map(({ name }) => name);
    expectSame(
      `/sys/bus/${bus}/drivers`,
      offered,
      drivers.filter((each) => each.bus === bus).map(({ name }) => name),
    );
  }
}

function expectSame(where: string, shown: readonly string[], there: readonly string[]): void {
  const [seen, wanted] = [new Set(shown), new Set(there)];
  const extra = shown.find((each) => !wanted.has(each));
  const missing = there.find((each) => !seen.has(each));
  expectThat(extra === undefined, `${where} has ${extra}, which the snapshot has not`);
  expectThat(missing === undefined, `${where} lacks ${missing}, which the snapshot has`);
}

async function reading(view: BusView): Promise<void> {
  for (const { path } of await someDevices(view)) {
    const folder = path.slice(1);
    for (const entry of await view.list(folder)) if (entry.kind === "file") await readOne(view, folder, entry);
  }
}

async function readOne(view: BusView, folder: string, { name, readable }: SysfsEntry): Promise<void> {
  const path = `${folder}/${name}`;
  if (!readable) return expectRefusal(`reading /sys/${path}`, view.read(path), ["EACCES"], path);
  await view.read(path).catch((error: unknown) => {
    // Some have nothing to say at the moment; that is an answer, too.
    expectThat(error instanceof Error && error.name === "BusError", `/sys/${path} fails with ${String(error)}`);
  });
}

async function following(view: BusView): Promise<void> {
  for (const { path, name, bus } of await someDevices(view)) {
    if (bus === null) continue;
    const straight = await namesIn(view, path.slice(1));
    const around = await namesIn(view, `bus/${bus}/devices/${name}`);
    expectThat(straight === around, `/sys/bus/${bus}/devices/${name} is another folder than ${path}`);
  }
}

async function namesIn(view: BusView, folder: string): Promise<string> {
  return (await view.list(folder)).map(({ name }) => name).join();
}
