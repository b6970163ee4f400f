import { BusError, toError } from "auxbus";
import { FORMAT, inOneLine, type SnapshotFile, SnapshotFileSchema, VERSION } from "./format.ts";

/** Parts of a path at most: no device is that deep. */
const DEPTH = 64;

/** A snapshot from its text. @param file what it is called in errors @throws {BusError} `EINVAL` what is wrong with it */
export function parseSnapshot(text: string, file: string): SnapshotFile {
  const given = parsed(text, file);
  if (typeof given !== "object" || given === null || !("format" in given) || given.format !== FORMAT) {
    throw wrong(file, "it is no snapshot of auxbus; auxctl snapshot FILE writes one");
  }
  if (!("version" in given) || given.version !== VERSION) {
    const version = "version" in given ? JSON.stringify(given.version) : "none";
    throw wrong(file, `it has version ${version} of the format, and this program knows ${VERSION}; take a newer one`);
  }
  const result = SnapshotFileSchema.safeParse(given);
  if (!result.success) {
    const [issue] = result.error.issues;
    throw wrong(file, `${issue?.path.map(String).join(".") ?? ""}: ${issue?.message ?? "it is wrong"}`);
  }
  checkDevices(result.data, file);
  checkPaths(result.data, file);
  return result.data;
}

function parsed(text: string, file: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    // What stands there is not repeated: it may be anything.
    const [where = "its end"] = /position \d+/.exec(toError(error).message) ?? [];
    throw wrong(file, `it is damaged: no JSON at ${where}`);
  }
}

/** What is shown as a tree has to be one. */
function checkDevices({ snapshot: { devices, drivers } }: SnapshotFile, file: string): void {
  const paths = new Set<string>();
  for (const { path, parent } of devices) {
    if (paths.has(path)) throw wrong(file, `device ${path} is in it twice`);
    if (parent !== null && (!paths.has(parent) || !path.startsWith(`${parent}/`))) {
      throw wrong(file, `the parent of device ${path} does not come before it`);
    }
    paths.add(path);
  }
  for (const driver of drivers) {
    const lost = driver.devices.find((path) => !paths.has(path));
    if (lost !== undefined) throw wrong(file, `driver ${driver.name} is bound to ${lost}, which is not in it`);
  }
}

function checkPaths({ snapshot: { devices }, sysfs }: SnapshotFile, file: string): void {
  for (const path of [...devices.map((device) => device.path.slice(1)), ...Object.keys(sysfs)]) {
    const parts = path.split("/");
    if (parts.length > DEPTH || parts.some((part) => part === "" || part === "." || part === "..")) {
      throw wrong(file, `${path.slice(0, 200)} is no path below /sys`);
    }
  }
}

/** What a stranger has written is repeated without what would disturb a terminal. */
function wrong(file: string, reason: string): BusError {
  const why = inOneLine(reason);
  return new BusError("EINVAL", `cannot open snapshot ${file}: ${why}`, { op: "open" });
}
