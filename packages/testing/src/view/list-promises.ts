import { type BusView, SNAPSHOT_PARTS } from "auxbus";
import type { ViewPromise } from "./check-view.ts";
import { expectThat, sameData } from "./expecting.ts";

/** What the lists of a snapshot promise. */
export const LIST_PROMISES: readonly ViewPromise[] = [
  { name: "parents come before their children, each device once", check: parentsFirst },
  { name: "devices, drivers and buses say the same of each other", check: agreeing },
  { name: "links are between devices that are there", check: linked },
  { name: "some lists of a snapshot can be had alone", check: alone },
  { name: "a snapshot is plain data", check: plain },
  { name: "what is explained of a device is what the lists say", check: explained },
];

async function parentsFirst(view: BusView): Promise<void> {
  const seen = new Set<string>();
  for (const { path, name, parent } of (await view.snapshot()).devices) {
    expectThat(path.startsWith("/devices/"), `${path} is no path of a device`);
    expectThat(path.endsWith(`/${name}`), `${path} does not end with the device's name, ${name}`);
    expectThat(!seen.has(path), `${path} is there twice`);
    expectThat(parent === null || seen.has(parent), `${path} comes before its parent ${parent}`);
    expectThat(parent === null || path.startsWith(`${parent}/`), `${path} is not below its parent ${parent}`);
    seen.add(path);
  }
}

async function agreeing(view: BusView): Promise<void> {
  const { buses, devices, drivers } = await view.snapshot();
  const names = new Set(buses.map(({ name }) => name));
  const holders = new Map<string, string>();
  for (const { bus, name, devices: bound } of drivers) {
    expectThat(names.has(bus), `driver ${name} is on bus ${bus}, which is not there`);
    for (const path of bound) holders.set(path, `${bus}/${name}`);
  }
  for (const { path, bus, driver, state } of devices) {
    expectThat(bus === null || names.has(bus), `${path} is on bus ${bus}, which is not there`);
    expectThat((driver !== null) === (state === "bound"), `${path} is ${state}, and its driver is ${driver}`);
    const expected = driver === null ? undefined : `${bus}/${driver}`;
    const holder = holders.get(path);
    expectThat(holder === expected, `${path} has driver ${expected}, but the drivers say ${holder}`);
    holders.delete(path);
  }
  const [lost] = holders;
  expectThat(lost === undefined, `driver ${lost?.[1]} is bound to ${lost?.[0]}, which is not there`);
}

async function linked(view: BusView): Promise<void> {
  const { devices, links } = await view.snapshot();
  const paths = new Set(devices.map(({ path }) => path));
  for (const { consumer, supplier } of links) {
    for (const end of [consumer, supplier]) expectThat(paths.has(end), `there is a link to ${end}, which is not there`);
  }
}

async function alone(view: BusView): Promise<void> {
  const all = await view.snapshot();
  for (const part of SNAPSHOT_PARTS) {
    const only = await view.snapshot([part]);
    for (const each of SNAPSHOT_PARTS) {
      const expected = each === part ? all[each] : [];
      expectThat(sameData(only[each], expected), `of a snapshot with ${part} alone, ${each} is otherwise`);
    }
  }
}

async function plain(view: BusView): Promise<void> {
  const snapshot = await view.snapshot();
  const copy: unknown = JSON.parse(JSON.stringify(snapshot));
  expectThat(sameData(copy, snapshot), "it is another one after it has been sent as JSON");
  expectThat(Number.isInteger(snapshot.seqnum) && snapshot.seqnum >= 0, `its seqnum is ${snapshot.seqnum}`);
}

async function explained(view: BusView): Promise<void> {
  for (const { path, name, driver } of (await view.snapshot()).devices) {
    const said = await view.explain(path);
    expectThat(said.path === path && said.device === name, `${path} is explained as ${said.path}, ${said.device}`);
    expectThat(said.driver === driver, `${path} has driver ${driver}, and is explained with ${said.driver}`);
    expectThat(said.summary !== "", `${path} is explained without a word`);
  }
}
