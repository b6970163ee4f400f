/** Attributes whose whole value says which piece of hardware or which machine it is, or whose, whatever it looks like. */
const IDENTITIES: readonly RegExp[] = [
  /(^|_)(serial|serial_?(number|num|no|nr)|sn|asset_tag|tracer_number|ppin|pubek)$/,
  /(^|_)(imei|imsi|iccid|meid)$/,
  // The CID of an SD card has its serial number in it; `uniq` of an input device is an address or one.
  /^(cid|uniq|unique_(id|number)|vpd|nvmem|eeprom)$/,
  /(^|_)(guid|uuid|nguid|eui|wwid|wwn|wwpn|wwnn|hostid|hostnqn|subsysnqn|node_desc)$/,
  /^(phys_switch_id|phys_port_id|(permanent_)?port_name|node_name|fabric_name|(host_)?sas_address)$/,
  /^(enclosure_identifier|lunid|isid)$/,
  /^(hw_?addr(ess)?|(perm|permanent|mac|eth)_?(hw)?addr(ess)?|macaddr(ess)?)$/,
  /^(initiator|target)_?(name|alias)$/,
  // Free text of an administrator: who is connected, in whose folder the file is.
  /^(ifalias|backing_file|system_hostname)$/,
];

/** Of NVDIMMs: vendor, place, date and serial number. */
const NVDIMM = /\/nfit\/id$/;

const ROOT_HUB = /\/usb\d+$/;

/** Lines of a `uevent` that say it. */
const UEVENT =
  /^([A-Z\d_]*SERIAL[A-Z\d_]*|(?:[A-Z\d_]*_)?(?:UNIQ|SLAVE_ID|GUID|UUID|PARTUUID|WWID|WWN|HWADDR|MAC))=("?)(.*?)("?)$/;

/** Values that say that there is nothing. */
const NOTHING = /^(0x)?0*$|^f+$|^(none|n\/a|unknown|not specified|default string|\(null\)|to be filled by o\.e\.m\.)$/i;

const PCI_ADDRESS = /^[\da-f]{4}:[\da-f]{2}:[\da-f]{2}\.[\da-f]$/i;

/** The layout of what a device tells has such a number: a type, which all of them have. */
const TYPE = /^0x[\da-f]{1,8}$/i;

/** How the parts of a value are replaced. */
export interface Parts {
  readonly identity: (text: string) => string;
  readonly rest: (text: string) => string;
}

/** The value of a file with what says who it is replaced, and the rest. @param folder its path below `/sys` */
export function replaceParts(folder: string, name: string, value: string, { identity, rest }: Parts): string {
  if (name === "uevent") {
    return eachLine(value, (line) => {
      const [, key, quote = "", said = "", end = ""] = UEVENT.exec(line) ?? [];
      return key === undefined || !saysSomething(said) ? rest(line) : `${key}=${quote}${identity(said)}${end}`;
    });
  }
  const low = name.toLowerCase();
  // The controller's name, as that of its device.
  if (low === "serial" && ROOT_HUB.test(folder)) return rest(value);
  if (!IDENTITIES.some((pattern) => pattern.test(low)) && !NVDIMM.test(`${folder}/${name}`)) return rest(value);
  return eachLine(value, (line) => {
    const said = line.trim();
    if (!saysSomething(said) || (low === "guid" && TYPE.test(said))) return rest(line);
    return line.replace(said, () => identity(said));
  });
}

/** What is that short is a number of a slot, and tells nobody. */
function saysSomething(text: string): boolean {
  return text.length >= 4 && !NOTHING.test(text) && !PCI_ADDRESS.test(text);
}

function eachLine(value: string, replace: (line: string) => string): string {
  return value.split("\n").map(replace).join("\n");
}

/** Whether the same text somewhere else may well be something else: `1500` is also an MTU, `invalid` is a word. */
export function isCommon(identity: string): boolean {
  return identity.length < 6 || /^\d{1,9}$|^[a-z_-]*$/i.test(identity) || TYPE.test(identity);
}

/** UUIDs that are in aliases are types of devices, as numbers of vendors are. */
const ALIAS = /(?<![\dA-Za-z])(?:wmi|vmbus|mei|tee|ishtp):[^\s"]*/gi;
const UUID = /[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}/gi;

export function isUuid(text: string): boolean {
  return text.length === 36 && text.search(UUID) === 0;
}

/** The UUIDs of a text that name a type, in small letters. */
export function typesIn(text: string): string[] {
  return [...text.matchAll(ALIAS)].flatMap(([alias]) => [...alias.matchAll(UUID)].map(([uuid]) => uuid.toLowerCase()));
}
