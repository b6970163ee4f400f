import { isIPv4, isIPv6 } from "node:net";

/** Gives what stands in a text instead of an address: of the same address always the same. */
export type Replace = (kind: "mac" | "hex" | "ipv4" | "ipv6" | "uuid" | "qualified", address: string) => string;

/** Groups of hexadecimal digits with colons: IPv6, and GUIDs of InfiniBand. */
const COLONS = /(?<![\dA-Za-z:.])[\da-f]{0,4}(?::[\da-f]{0,4}){2,31}(?:(?:\.\d{1,3}){3})?(?![\dA-Za-z:])/gi;
const PAIRS = /[\da-f]{2}([:-])[\da-f]{2}(?:\1[\da-f]{2}){4,}/gi;
const DOTTED_MAC = /(?<![\dA-Za-z.])[\da-f]{4}\.[\da-f]{4}\.[\da-f]{4}(?![\dA-Za-z.])/gi;
/** Versions of four small numbers have this form, too; rather one of those too many than an address too few. */
const IPV4 = /(?<![\d.])\d{1,3}(?:\.\d{1,3}){3}(?!\d|\.\d)/g;
const UUID = /[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}/gi;
/** Names of interfaces that are made of their address, as udev gives them. */
const NAMED = /(?<![\dA-Za-z])(en|wl|ww|ib|sl|roce|iw|hfi|opa|rdma)x([\da-f]{12,16})(?![\dA-Za-z])/gi;
/** Of bridges: a priority and an address. */
const BRIDGE = /(?<![\dA-Za-z.])([\da-f]{4}\.)([\da-f]{12})(?![\dA-Za-z.])/gi;
/** Devices at a 1-Wire bus are called by their family and their number. */
const ONE_WIRE = /(?<![\dA-Za-z-])([\da-f]{2}-)([\da-f]{12})(?![\dA-Za-z-])/gi;
/** World wide names and EUI-64, of which the beginning says that they are: numbers without are counters and bitmaps. */
const WWN =
  /(?<![\dA-Za-z])(naa\.|eui\.|wwn-0x|wwn-|nn-0x|pn-0x|3(?=[2356][\da-f]*[a-f]))([\da-f]{16}(?:[\da-f]{16})?)(?![\dA-Za-z])/gi;
/** Names of initiators and targets of iSCSI, and of NVMe subsystems; who made them registered a domain then. */
const QUALIFIED = /(?<![\w.-])((?:iqn|nqn)\.\d{4}-\d{2}\.)(?!org\.nvmexpress\.discovery\b)([^\s,;"'/]+)/gi;

/** Replaces all addresses that can be told by their form. Addresses of PCI have none of these forms. */
export function replaceAddresses(text: string, replace: Replace): string {
  // Most texts have none: a look for its punctuation is cheaper than all the patterns.
  if (text.length < 7 || !/[\da-f]/i.test(text)) return text;
  return text
    .replaceAll(QUALIFIED, (_all, before: string, name: string) => before + replace("qualified", name))
    .replaceAll(UUID, (uuid) => replace("uuid", uuid))
    .replaceAll(PAIRS, (found) => shaped(found, replace))
    .replaceAll(COLONS, (found) => ofColons(found, replace))
    .replaceAll(DOTTED_MAC, (found) => shaped(found, replace))
    .replaceAll(IPV4, (found) => (isIPv4(found) && !isNobodys(found) ? replace("ipv4", found) : found))
    .replaceAll(NAMED, (_all, kind: string, digits: string) => `${kind}x${replaceDigits(digits, replace)}`)
    .replaceAll(BRIDGE, (_all, before: string, digits: string) => before + shaped(digits, replace))
    .replaceAll(ONE_WIRE, (_all, before: string, digits: string) => before + shaped(digits, replace))
    .replaceAll(WWN, (_all, before: string, digits: string) => before + shaped(digits, replace));
}

function ofColons(found: string, replace: Replace): string {
  const groups = found.split(":");
  // Those are done already; some of them would pass for IPv6.
  if (groups.length >= 6 && groups.every((group) => group.length === 2)) return found;
  if (groups.length === 4 && groups.every((group) => group.length === 4)) return shaped(found, replace);
  if (!isIPv6(found)) return found;
  return /^[0:]*1?$/.test(found) ? found : replace("ipv6", found);
}

/** Other digits in the same form. All zeros and all ones belong to nobody, and say something. */
function shaped(found: string, replace: Replace): string {
  const digits = found.replaceAll(/[^\da-f]/gi, "");
  if (/^0+$|^f+$/i.test(digits)) return found;
  const other = replaceDigits(digits, replace);
  let next = 0;
  return found.replaceAll(/[\da-f]/gi, () => other[next++] ?? "0");
}

function replaceDigits(digits: string, replace: Replace): string {
  return replace(digits.length === 12 ? "mac" : "hex", digits);
}

function isNobodys(address: string): boolean {
  return ["0.0.0.0", "255.255.255.255", "127.0.0.1"].includes(address);
}
