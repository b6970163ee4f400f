import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { DriverCore } from "auxbus";
import { ModuleIndex, Modules, type ModulesOptions } from "@auxbus/modules";
import { VirtualRuntime } from "@auxbus/testing";
import { tempFolder } from "../temp-folder.ts";

/** A package on the shelf: its field `auxbus`, what it depends on, and its code. */
export interface Package {
  readonly name: string;
  readonly version?: string;
  readonly auxbus?: unknown;
  readonly dependencies?: readonly string[];
  /** Left out: an `init` and `exit` that tell `globalThis.auxbusTest`. */
  readonly code?: string;
}

/** Modules tell here what happens to them. */
export const told: string[] = [];
Object.assign(globalThis, { auxbusTest: told });

/** What a module does that only tells. */
export function telling(name: string, more = ""): string {
  return `${more}
export function init({ params }) { globalThis.auxbusTest?.push("init ${name}" + (Object.keys(params).length > 0 ? " " + JSON.stringify(params) : "")); }
export function exit() { globalThis.auxbusTest?.push("exit ${name}"); }
export function paramChanged(name, value) {
  if (value === 666) throw new RangeError("not that");
  globalThis.auxbusTest?.push("${name}." + name + "=" + value);
}
`;
}

/** A folder with packages in its `node_modules`. */
export class Shelf {
  readonly folder: string;

  constructor(...packages: readonly Package[]) {
    this.folder = tempFolder({ "package.json": '{ "name": "app" }' });
    for (const one of packages) this.put(one);
  }

  put({ name, version = "1.0.0", auxbus = {}, dependencies = [], code = telling(name) }: Package): void {
    const folder = join(this.folder, "node_modules", name);
    mkdirSync(folder, { recursive: true });
    const manifest = {
      name,
      version,
      type: "module",
      exports: "./index.js",
      ...(auxbus === null ? {} : { auxbus }),
      dependencies: Object.fromEntries(dependencies.map((dependency) => [dependency, "*"])),
    };
    writeFileSync(join(folder, "package.json"), JSON.stringify(manifest));
    writeFileSync(join(folder, "index.js"), code);
  }

  /** Lets modules on the shelf import what this repository has. */
  link(name: string, target: string): void {
    const path = join(this.folder, "node_modules", name);
    mkdirSync(dirname(path), { recursive: true });
    symlinkSync(target, path);
  }

  index(): Promise<ModuleIndex> {
    return ModuleIndex.depmod([this.folder]);
  }

  /** A bus in virtual time with these modules. */
  async bus(options: Omit<ModulesOptions, "index"> = {}): Promise<ShelfBus> {
    return new ShelfBus(await this.index(), options);
  }
}

export class ShelfBus {
  readonly runtime = new VirtualRuntime();
  readonly core: DriverCore;
  readonly modules: Modules;
  readonly warnings: string[] = [];

  constructor(index: ModuleIndex, options: Omit<ModulesOptions, "index">) {
    this.core = new DriverCore({ runtime: this.runtime });
    this.modules = new Modules(this.core, { index, ...options });
    this.core.log.subscribe(({ level, message }) => {
      if (level === "warn" || level === "error") this.warnings.push(message);
    });
    told.splice(0);
  }

  get names(): string[] {
    return this.modules.lsmod().map(({ name }) => name);
  }

  /** Lets everything that was set off happen. */
  async settle(): Promise<void> {
    for (let busy = true; busy;) {
      await this.runtime.runUntilIdle();
      await new Promise((resolve) => setTimeout(resolve, 1));
      busy = this.modules.autoload.busy || this.modules.lsmod().some(({ state }) => state !== "live");
    }
  }
}

export function since(): string[] {
  return told.splice(0);
}
