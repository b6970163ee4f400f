import { appendFileSync, existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { basename, dirname, join, relative } from "node:path";
import { tempFolder } from "../temp-folder.ts";

/** What a device of a machine has. */
export interface DeviceOptions {
  readonly bus?: string;
  /** A class that it is registered with; its path then ends with `CLASS/NAME`, or it is below another of the class. */
  readonly class?: string;
  readonly driver?: string;
  readonly modalias?: string;
  readonly runtimeStatus?: string;
  /** Attributes, with folders in their names. */
  readonly files?: Readonly<Record<string, string>>;
}

/**
 * A machine in a folder: `sys`, `proc`, `etc`, `lib` with files and links as Linux has them. What is written into a
 * file can be read afterwards, and nothing happens.
 */
export class Machine {
  readonly root: string;

  constructor(root: string = tempFolder()) {
    this.root = root;
    this.file("sys/kernel/uevent_seqnum", "1000\n");
    // As root sees it.
    this.file("sys/kernel/debug/devices_deferred", "");
    for (const folder of ["sys/devices", "sys/bus", "sys/class"]) this.folder(folder);
    this.file("proc/sys/kernel/osrelease", "6.12.0-test\n").file("proc/sys/kernel/hostname", "rack7\n");
  }

  folder(path: string): this {
    mkdirSync(join(this.root, path), { recursive: true });
    return this;
  }

  file(path: string, text: string): this {
    const file = join(this.root, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
    return this;
  }

  append(path: string, text: string): this {
    appendFileSync(join(this.root, path), text);
    return this;
  }

  /** A relative link, as those in `sys` are. */
  link(path: string, target: string): this {
    const file = join(this.root, path);
    mkdirSync(dirname(file), { recursive: true });
    symlinkSync(relative(dirname(file), join(this.root, target)), file);
    return this;
  }

  read(path: string): string {
    return readFileSync(join(this.root, path), "utf8");
  }

  remove(path: string): this {
    rmSync(join(this.root, path), { recursive: true });
    return this;
  }

  bus(name: string): this {
    const folder = `sys/bus/${name}`;
    if (existsSync(join(this.root, folder))) return this;
    this.folder(`${folder}/devices`).folder(`${folder}/drivers`).file(`${folder}/drivers_autoprobe`, "1\n");
    return this.file(`${folder}/drivers_probe`, "");
  }

  /** @param module none: it is built in */
  driver(bus: string, name: string, module?: string): this {
    const folder = `sys/bus/${bus}/drivers/${name}`;
    this.bus(bus).file(`${folder}/bind`, "").file(`${folder}/unbind`, "");
    if (module === undefined) return this;
    return this.file(`sys/module/${module}/initstate`, "live\n").link(`${folder}/module`, `sys/module/${module}`);
  }

  /** @param path below `sys/devices` */
  device(path: string, options: DeviceOptions = {}): this {
    const { bus, driver, modalias, runtimeStatus = "unsupported", files = {} } = options;
    const folder = `sys/devices/${path}`;
    const name = basename(path);
    const uevent = [
      ...(driver === undefined ? [] : [`DRIVER=${driver}`]),
      ...(modalias === undefined ? [] : [`MODALIAS=${modalias}`]),
    ];
    this.file(`${folder}/uevent`, uevent.map((line) => `${line}\n`).join(""));
    this.file(`${folder}/power/runtime_status`, `${runtimeStatus}\n`);
    if (modalias !== undefined) this.file(`${folder}/modalias`, `${modalias}\n`);
    for (const [file, text] of Object.entries(files)) this.file(`${folder}/${file}`, text);
    if (bus !== undefined) {
      this.bus(bus).link(`${folder}/subsystem`, `sys/bus/${bus}`).link(`sys/bus/${bus}/devices/${name}`, folder);
      if (driver !== undefined) {
        this.link(`${folder}/driver`, `sys/bus/${bus}/drivers/${driver}`);
        this.link(`sys/bus/${bus}/drivers/${driver}/${name}`, folder);
      }
    } else if (options.class !== undefined) {
      this.link(`${folder}/subsystem`, `sys/class/${options.class}`);
      this.link(`sys/class/${options.class}/${name}`, folder);
    }
    return this;
  }

  /** @param consumer its path below `sys/devices`, as the supplier's */
  deviceLink(consumer: string, supplier: string, status: string): this {
    const name = `link:${basename(supplier)}--link:${basename(consumer)}`;
    const folder = `sys/devices/virtual/devlink/${name}`;
    this.file(`${folder}/status`, `${status}\n`);
    this.link(`${folder}/consumer`, `sys/devices/${consumer}`).link(`${folder}/supplier`, `sys/devices/${supplier}`);
    this.link(`sys/devices/${consumer}/supplier:${basename(supplier)}`, folder);
    this.link(`sys/devices/${supplier}/consumer:${basename(consumer)}`, folder);
    return this.link(`sys/class/devlink/${name}`, folder);
  }

  /** Where the default route goes. */
  defaultRoute(name: string): this {
    const head = "Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT\n";
    return this.file("proc/net/route", `${head}${name}\t00000000\t0100000A\t0003\t0\t0\t0\t00000000\t0\t0\t0\n`);
  }

  /** @param number of the block device: `8:1` */
  rootFileSystem(number: string, source: string): this {
    const proc = "22 27 0:21 / /proc rw,relatime - proc proc rw\n";
    return this.file("proc/self/mountinfo", `27 1 ${number} / / rw,relatime shared:1 - ext4 ${source} rw\n${proc}`);
  }

  /** A disk or a partition, where the kernel lists them by number. */
  block(path: string, number: string, slaves: readonly string[] = []): this {
    this.device(path, { class: "block", files: { dev: `${number}\n` } }).link(
      `sys/dev/block/${number}`,
      `sys/devices/${path}`,
    );
    for (const slave of slaves) this.link(`sys/devices/${path}/slaves/${basename(slave)}`, `sys/devices/${slave}`);
    return this;
  }

  /** The modules of a kernel. @param aliases lines `PATTERN MODULE` */
  modules(
    version: string,
    names: readonly string[],
    aliases: readonly string[],
    builtIn: readonly string[] = [],
  ): this {
    const folder = `lib/modules/${version}`;
    this.file(`${folder}/modules.dep`, names.map((name) => `kernel/drivers/${name}.ko.xz:\n`).join(""));
    this.file(`${folder}/modules.builtin`, builtIn.map((name) => `kernel/drivers/${name}.ko\n`).join(""));
    return this.file(`${folder}/modules.alias`, `# Aliases\n${aliases.map((line) => `alias ${line}\n`).join("")}`);
  }
}
