import { BusError } from "auxbus";

/** The link-local GID of a port: `fe80::` and the MAC address as an EUI-64. */
export function gidOfMac(mac: string): string {
  const bytes = mac.split(":").map((part) => Number.parseInt(part, 16));
  const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0] = bytes;
  return formatGid([0xfe, 0x80, 0, 0, 0, 0, 0, 0, a ^ 2, b, c, 0xff, 0xfe, d, e, f]);
}

/** The GID of an IPv4 address: `::ffff:a.b.c.d`, in hexadecimal. */
export function gidOfIpv4(address: string): string {
  return formatGid([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, ...address.split(".").map(Number)]);
}

/** Whom a GID names: a MAC address itself, or an IPv4 address, whose MAC address must be asked for. */
export function parseGid(gid: string): { readonly mac: string } | { readonly ipv4: string } {
  const groups = gid.split(":");
  if (groups.length === 8 && groups.every((group) => /^[0-9a-f]{4}$/.test(group))) {
    const bytes = groups.flatMap((group) => [
      Number.parseInt(group.slice(0, 2), 16),
      Number.parseInt(group.slice(2), 16),
    ]);
    const text = formatGid(bytes);
    const mac = [(bytes[8] ?? 0) ^ 2, bytes[9], bytes[10], bytes[13], bytes[14], bytes[15]]
      .map((byte) => (byte ?? 0).toString(16).padStart(2, "0"))
      .join(":");
    if (text === gidOfMac(mac)) return { mac };
    const ipv4 = bytes.slice(12).join(".");
    if (text === gidOfIpv4(ipv4)) return { ipv4 };
  }
  throw new BusError("EINVAL", `${gid} is no GID of a MAC or IPv4 address (such as ${gidOfMac("02:00:00:00:00:01")})`, {
    op: "gid",
  });
}

function formatGid(bytes: readonly number[]): string {
  const hex = bytes.map((byte) => byte.toString(16).padStart(2, "0"));
  return Array.from({ length: 8 }, (_, i) => `${hex[2 * i] ?? ""}${hex[2 * i + 1] ?? ""}`).join(":");
}
