import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A module tree of a Debian kernel. */
export interface KernelTree {
  /** What stands before `lib/modules`. */
  readonly root: string;
  readonly version: string;
  /** `lib/modules/VERSION` */
  readonly folder: string;
}

/** What has to be there, and which Debian package brings it. */
const NEEDED = { "apt-get": "apt", "dpkg-deb": "dpkg", depmod: "kmod", modprobe: "kmod", gcc: "gcc" } as const;

/** Debian's own kernel package, fetched and unpacked once, with its alias index made by depmod. */
export function kernelTree(): KernelTree {
  const missing = Object.entries(NEEDED).filter(([program]) => !onPath(program));
  if (missing.length > 0) {
    const packages = [...new Set(missing.map(([, name]) => name)), "libkmod-dev"].join(" ");
    throw new Error(`${missing.map(([program]) => program).join(", ")} missing; as root: apt-get install ${packages}`);
  }
  const root = join(tmpdir(), "auxbus-kernel");
  const modules = join(root, "tree/lib/modules");
  if (!existsSync(modules)) {
    mkdirSync(root, { recursive: true });
    execFileSync("apt-get", ["download", newestKernel()], { cwd: root, stdio: ["ignore", "ignore", "inherit"] });
    const deb = readdirSync(root).find((name) => name.endsWith(".deb"));
    execFileSync("dpkg-deb", ["-x", deb ?? "", "tree"], { cwd: root });
  }
  const [version = ""] = readdirSync(modules);
  const folder = join(modules, version);
  if (!existsSync(join(folder, "modules.alias.bin"))) execFileSync("depmod", ["-b", join(root, "tree"), version]);
  return { root: join(root, "tree"), version, folder };
}

function newestKernel(): string {
  const names = execFileSync("apt-cache", ["pkgnames", "linux-image-6.1.0-"], { encoding: "utf8" });
  const plain = names.split("\n").filter((name) => /^linux-image-6\.1\.0-\d+-amd64$/.test(name));
  const newest = plain.toSorted((a, b) => build(b) - build(a))[0];
  if (newest === undefined) throw new Error("apt knows no linux-image-6.1.0-*-amd64; run apt-get update");
  return newest;
}

function build(name: string): number {
  return Number(/-(\d+)-amd64$/.exec(name)?.[1] ?? 0);
}

function onPath(program: string): boolean {
  return ["/usr/bin", "/usr/sbin", "/bin", "/sbin"].some((folder) => existsSync(join(folder, program)));
}
