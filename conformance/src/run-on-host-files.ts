import { execFile } from "node:child_process";
import { Buffer } from "node:buffer";
import { readFile, realpath } from "node:fs/promises";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import type { CpioEntry } from "./cpio.ts";
import { bootGuest } from "./guest.ts";
import type { Kernel } from "./kernel.ts";

const run = promisify(execFile);
const INIT = fileURLToPath(new URL("../kernel/init-host", import.meta.url));

/** What the guest needs to see the host's files. */
const MODULES = ["virtio_pci", "9pnet_virtio", "9p"];

/** Debian's users have no /sbin in their PATH, where modprobe is. */
const ENV = { ...process.env, PATH: `${process.env["PATH"] ?? "/usr/bin:/bin"}:/usr/sbin:/sbin` };

export interface HostFilesRun {
  /** What the command ended with; -1: the guest did not get so far. */
  readonly code: number;
  /** What was on the console: what the command said, and the kernel's complaints. */
  readonly console: string;
}

/**
 * Boots a kernel with two processors, some hardware and the module that publishes auxiliary devices, and runs a
 * program of this machine on it: the guest sees the files of this machine, which it cannot change.
 *
 * @param out a folder, which the guest has as `/run/out`, where what is to stay is written
 */
export async function runOnHostFiles(kernel: Kernel, command: readonly string[], out: string): Promise<HostFilesRun> {
  const guest = await bootGuest({
    image: join(kernel.folder, "vmlinuz"),
    files: await files(kernel, command),
    cpus: 2,
    memory: 1024,
    patience: 400,
    seconds: 1800,
    devices: [...share("host", "/", true), ...share("out", out, false), ...HARDWARE],
  });
  const code = await readFile(join(out, "exit-code"), "utf8").catch(() => "-1");
  return { code: Number(code), console: guest.console };
}

/** What a small server has: network cards, which need not boot from the net, USB. */
const HARDWARE = [
  ["-netdev", "user,id=net0", "-device", "virtio-net-pci,netdev=net0,romfile="],
  ["-netdev", "user,id=net1", "-device", "e1000e,netdev=net1,romfile="],
  ["-device", "qemu-xhci", "-device", "usb-kbd"],
].flat();

function share(tag: string, folder: string, readOnly: boolean): string[] {
  const options = `local,path=${folder.replaceAll(",", ",,")},mount_tag=${tag},security_model=none,multidevs=remap`;
  return ["-virtfs", readOnly ? `${options},readonly=on` : options];
}

async function files({ folder, version }: Kernel, command: readonly string[]): Promise<CpioEntry[]> {
  const program = async (path: string, from: string): Promise<CpioEntry> => ({
    path,
    kind: "file",
    content: await readFile(from),
    executable: true,
  });
  const applets = ["sh", "mount", "umount", "mkdir", "cat", "uname", "ip", "chroot", "insmod", "poweroff"];
  const modules = await modulesFor(folder, version);
  return [
    ...["bin", "dev", "proc", "sys", "host", "modules"].map((path): CpioEntry => ({ path, kind: "folder" })),
    await program("bin/busybox", join(folder, "busybox")),
    ...applets.map((name): CpioEntry => ({ path: `bin/${name}`, kind: "link", content: Buffer.from("busybox") })),
    await program("init", INIT),
    await program("auxscenario.ko", join(folder, "auxscenario.ko")),
    ...modules.map(({ name, content }, index): CpioEntry => {
      return { path: `modules/${String(index).padStart(2, "0")}-${name}`, kind: "file", content };
    }),
    { path: "modules/folder", kind: "file", content: Buffer.from(await realpath(join(folder, "modules"))) },
    { path: "command", kind: "file", content: Buffer.from(`exec ${command.map(quoted).join(" ")}\n`) },
  ];
}

/** The module files that give a guest the host's files, those that others need first. */
async function modulesFor(folder: string, version: string): Promise<{ name: string; content: Buffer }[]> {
  const tree = await realpath(join(folder, "modules"));
  const root = tree.slice(0, tree.lastIndexOf("/lib/modules/"));
  const paths = new Set<string>();
  for (const module of MODULES) {
    const said = await run("modprobe", ["-D", "-d", root === "" ? "/" : root, "-S", version, module], { env: ENV });
    for (const [, path = ""] of said.stdout.matchAll(/^insmod (\S+)/gm)) paths.add(path);
  }
  return Promise.all(
    [...paths].map(async (path) => {
      const content = path.endsWith(".xz")
        ? (await run("xz", ["-dc", path], { encoding: "buffer", maxBuffer: 2 ** 26 })).stdout
        : await readFile(path);
      return { name: basename(path, ".xz"), content };
    }),
  );
}

/** As a shell takes it for one word. */
function quoted(word: string): string {
  return `'${word.replaceAll("'", `'\\''`)}'`;
}
