import type { BusView } from "auxbus";
import type { ViewPromise } from "./check-view.ts";
import { expectRefusal } from "./expecting.ts";

/** What is promised of what is not there. */
export const REFUSAL_PROMISES: readonly ViewPromise[] = [
  { name: "a path that is not there is refused with ENOENT, and named", check: noFile },
  { name: "a folder is no file, and a file no folder", check: wrongKind },
  { name: "a device that is not there is refused with ENODEV, and named", check: noDevice },
  { name: "no path leads out of /sys", check: nowhereElse },
  { name: "what is not there cannot be changed", check: noChange },
];

const NOTHING = "no-such-thing.7";

/** What those say who can change nothing at all, or must not, whatever it is. */
const MAY_NOT = ["EROFS", "EPERM", "EACCES"];

async function noFile(view: BusView): Promise<void> {
  for (const path of [`devices/${NOTHING}`, `bus/${NOTHING}/devices`, `devices/${NOTHING}/uevent`]) {
    await expectRefusal(`listing /sys/${path}`, view.list(path), ["ENOENT"], path);
    await expectRefusal(`reading /sys/${path}`, view.read(path), ["ENOENT"], path);
  }
}

async function wrongKind(view: BusView): Promise<void> {
  await expectRefusal("reading the folder /sys/bus", view.read("bus"), ["EISDIR"], "bus");
  for (const { path } of (await view.snapshot(["devices"])).devices.slice(0, 1)) {
    // Every device has it, and it can be read.
    const file = `${path.slice(1)}/uevent`;
    await expectRefusal(`listing the file /sys/${file}`, view.list(file), ["ENOTDIR"], file);
  }
}

async function noDevice(view: BusView): Promise<void> {
  const path = `/devices/${NOTHING}`;
  await expectRefusal(`explaining ${path}`, view.explain(path), ["ENODEV"], path);
}

async function nowhereElse(view: BusView): Promise<void> {
  for (const path of ["../etc/passwd", "devices/../../etc/passwd", "bus/../../proc/self/environ"]) {
    await expectRefusal(`reading /sys/${path}`, view.read(path), ["ENOENT", "EINVAL", "EACCES", "EPERM"], "");
  }
  await expectRefusal("listing /sys/..", view.list(".."), ["ENOENT", "EINVAL", "EACCES", "EPERM"], "");
}

async function noChange(view: BusView): Promise<void> {
  const path = `devices/${NOTHING}/uevent`;
  await expectRefusal(`writing /sys/${path}`, view.write(path, "change"), ["ENOENT", ...MAY_NOT], "");
  const bus = (await view.snapshot(["buses"])).buses[0]?.name;
  if (bus === undefined) return;
  const gone = ["ENODEV", "ENOENT", ...MAY_NOT];
  await expectRefusal(`binding ${NOTHING}`, view.bind(bus, NOTHING, NOTHING), gone, "");
  await expectRefusal(`unbinding ${NOTHING}`, view.unbind(bus, NOTHING, NOTHING), gone, "");
  await expectRefusal(`rescanning ${NOTHING}`, view.rescan(bus, NOTHING), gone, "");
  await expectRefusal(`overriding ${NOTHING}`, view.override(bus, NOTHING, null), gone, "");
  await expectRefusal(`binding on bus ${NOTHING}`, view.bind(NOTHING, "x", "y"), gone, "");
}
