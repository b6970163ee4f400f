// Machines that were recorded in guests (npm run test:guest -- --keep FOLDER): what auxctl said there, it says here.
import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { LinuxView } from "@auxbus/linux";
import type { Snapshot } from "auxbus";
import { tempFolder } from "../temp-folder.ts";

interface Recorded {
  readonly lists: Snapshot;
  readonly files: Readonly<Record<string, string | { readonly link: string }>>;
}

const FOLDER = join(import.meta.dirname, "recorded");

function restore({ files }: Recorded): string {
  const root = tempFolder();
  for (const [path, file] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    if (typeof file === "string") writeFileSync(join(root, path), file);
    else symlinkSync(file.link, join(root, path));
  }
  return root;
}

/** Brothers may be in any order. */
function byPath<T extends { readonly path: string }>(devices: readonly T[]): readonly T[] {
  return devices.toSorted((a, b) => (a.path < b.path ? -1 : 1));
}

function bindings(drivers: Snapshot["drivers"]): readonly string[] {
  return drivers.map(({ bus, name, devices }) => `${bus}/${name}: ${devices.toSorted().join(" ")}`).toSorted();
}

test.each(readdirSync(FOLDER))("%s", async (name) => {
  const recorded: Recorded = JSON.parse(readFileSync(join(FOLDER, name), "utf8"));
  const view = new LinuxView({ root: restore(recorded), buses: ["auxiliary", "pci", "virtio"] });
  const { buses, devices, drivers, links } = await view.snapshot();
  expect(buses).toEqual(recorded.lists.buses);
  // Why a device has no driver depends on the modules, which are not recorded.
  expect(byPath(devices)).toEqual(byPath(recorded.lists.devices.map((device) => ({ ...device, reason: null }))));
  expect(devices.length).toBeGreaterThan(10);
  expect(bindings(drivers)).toEqual(bindings(recorded.lists.drivers));
  expect(links).toEqual(recorded.lists.links);
});
