import { lstatSync, readdirSync, readFileSync, readlinkSync } from "node:fs";

/** What is at a path of a recorded machine: the text of a file, or where a link leads. */
export type RecordedFile = string | { readonly link: string };

/** What a view of Linux reads, without the hundreds of devices that every PC has. */
const PLACES = [
  ...["sys/bus/auxiliary", "sys/bus/pci", "sys/bus/virtio", "sys/class/net", "sys/class/devlink"],
  ...["sys/devices/card", "sys/devices/pci0000:00", "sys/kernel/uevent_seqnum", "sys/kernel/debug/devices_deferred"],
  ...["proc/modules", "proc/sys/kernel/osrelease", "proc/sys/kernel/hostname", "proc/self/net/route"],
];

/** Bytes of a file at most; what is longer is no attribute that anybody reads. */
const MOST = 4096;

/** Reads this machine's files, by their paths without first slash. What has no text in it is left out. */
export function recordMachine(): Record<string, RecordedFile> {
  const files: Record<string, RecordedFile> = {};
  const visit = (path: string): void => {
    const stats = lstatSync(`/${path}`, { throwIfNoEntry: false });
    if (stats === undefined) return;
    if (stats.isSymbolicLink()) files[path] = { link: readlinkSync(`/${path}`) };
    else if (stats.isDirectory()) for (const name of readdirSync(`/${path}`)) visit(`${path}/${name}`);
    else {
      const text = (stats.mode & 0o400) === 0 ? "" : textOf(path);
      if (text !== undefined && text.length <= MOST) files[path] = text;
    }
  };
  for (const place of PLACES) visit(place);
  // Of the file systems only the root: where the others are from is about the machine that the guest runs on.
  const mounts = readFileSync("/proc/self/mountinfo", "utf8").split(/(?<=\n)/);
  files["proc/self/mountinfo"] = mounts.filter((line) => line.split(" ")[4] === "/").join("");
  return files;
}

function textOf(path: string): string | undefined {
  try {
    const bytes = readFileSync(`/${path}`);
    return bytes.includes(0) || bytes.some((byte) => byte > 127) ? undefined : bytes.toString("latin1");
  } catch {
    // Some have nothing to say.
    return undefined;
  }
}
