import { createHmac } from "node:crypto";
import { isCommon, isUuid } from "./identities.ts";
import { replaceAddresses, type Replace } from "./mask-patterns.ts";

/** What is replaced, in lower case, and by what. */
interface Word {
  readonly word: string;
  readonly instead: string;
  /** Only as a whole word: it may be short. */
  readonly whole: boolean;
  /** The name of a machine, which may have a domain behind it. */
  readonly host: boolean;
}

/** Of a machine; not of a file that is called like it: the last is no number. */
const DOMAIN = /^(?:\.[a-z\d](?:[a-z\d-]*[a-z\d])?)*\.[a-z][a-z-]*[a-z](?![\da-z])/;

/** Names and identities that are replaced wherever they begin a word. */
export class MaskedWords {
  readonly #replace: Replace;
  /** By the letters and digits that they begin with; the longest first. */
  readonly #byStart = new Map<string, Word[]>();
  readonly #known = new Set<string>();

  constructor(replace: Replace) {
    this.#replace = replace;
  }

  /** The name of a machine; with its domain it becomes the same. */
  addName(name: string): void {
    if (name === "" || name === "localhost") return;
    const digits = this.#digits(`name ${name.toLowerCase().replace(/\..*/, "")}`, 8);
    this.#add({ word: name, instead: `host-${digits}`, whole: true, host: true });
  }

  addDomain(domain: string): void {
    // One without dots is everybody's: `local`.
    if (!domain.includes(".")) return;
    const instead = `domain-${this.#digits(`name ${domain.toLowerCase()}`, 8)}`;
    this.#add({ word: domain, instead, whole: true, host: false });
  }

  /** What is replaced in every text, if it is not too common for that. */
  addIdentity(identity: string): void {
    if (isCommon(identity)) return;
    this.#add({ word: identity, instead: this.insteadOf(identity), whole: false, host: false });
    const [, , digits = ""] = HEX.exec(identity) ?? [];
    if (digits.length >= 12) this.addDigits(digits);
  }

  /** An address as its digits alone. */
  addDigits(address: string): void {
    const digits = address.replaceAll(/[^\da-f]/gi, "");
    if (/^0+$|^f+$/i.test(digits)) return;
    const instead = this.#replace(digits.length === 12 ? "mac" : "hex", digits);
    for (const prefix of ["", "0x"])
      this.#add({ word: prefix + digits, instead: prefix + instead, whole: false, host: false });
  }

  /** What stands instead of an identity. An address stays one. */
  insteadOf(identity: string): string {
    // Some are types of devices, and stay.
    if (isUuid(identity)) return this.#replace("uuid", identity);
    const [, prefix = "", digits = ""] = HEX.exec(identity) ?? [];
    const isHex = prefix === "" ? /^(.{12}|.{16}|.{32})$/.test(digits) && /\D/.test(digits) : digits.length >= 4;
    if (isHex) return prefix + this.#replace(digits.length === 12 ? "mac" : "hex", digits);
    const address = ADDRESS.test(identity) ? replaceAddresses(identity, this.#replace) : identity;
    return address === identity ? `masked-${this.#digits(`secret ${identity.toLowerCase()}`, 12)}` : address;
  }

  #digits(text: string, count: number): string {
    return this.#replace("uuid", text).replaceAll("-", "").slice(0, count);
  }

  #add(word: Word): void {
    const low = word.word.toLowerCase().replace(/^[^\da-z]+/, "");
    const [start] = /^[\da-z]+/.exec(low) ?? [];
    if (start === undefined || this.#known.has(low) || word.word === word.instead) return;
    this.#known.add(low);
    const others = this.#byStart.get(start) ?? [];
    others.push({ ...word, word: low });
    this.#byStart.set(
      start,
      others.sort((a, b) => b.word.length - a.word.length),
    );
  }

  /** @param isName the text is a name or a path: what is behind the name of a machine is not its domain */
  maskIn(text: string, isName = false): string {
    const lowered = text.toLowerCase();
    // There are letters that become two.
    const low = lowered.length === text.length ? lowered : text;
    let masked = "";
    let from = 0;
    for (const { 0: run, index } of low.matchAll(/[\da-z]+/g)) {
      if (index < from) continue;
      const found = this.#byStart
        .get(run)
        ?.find(({ word, whole }) => low.startsWith(word, index) && !(whole && continues(low, index + word.length)));
      if (found === undefined) continue;
      // What has been replaced is left as it is.
      masked += replaceAddresses(text.slice(from, index), this.#replace) + found.instead;
      from = index + found.word.length;
      if (found.host && !isName) from += DOMAIN.exec(low.slice(from, from + 256))?.[0].length ?? 0;
    }
    return masked + replaceAddresses(from === 0 ? text : text.slice(from), this.#replace);
  }
}

/** A number, or a world wide name. */
const HEX = /^(0x|naa\.|eui\.|wwn-0x|wwn-)?([\da-f]{4,})$/i;

/** What is an address from its beginning to its end, if it has the form of one. */
const ADDRESS = /^[\da-f:.{}-]+$|^(iqn|nqn)\.\S+$/i;

function continues(text: string, index: number): boolean {
  return /[\da-z]/.test(text[index] ?? "");
}

/**
 * Makes what stands instead: digits from the salt and the address.
 *
 * @param types UUIDs that are no identities, and stay
 */
export function replacer(salt: Uint8Array, types: ReadonlySet<string>): Replace {
  const digits = (text: string, count: number): string =>
    createHmac("sha512", salt).update(text).digest("hex").padEnd(count, "0").slice(0, count);
  return (kind, address) => {
    const low = address.toLowerCase();
    switch (kind) {
      case "mac":
        // A locally administered address: nobody's.
        return `02${digits(low, 10)}`;
      case "hex":
        // Of any length; the first digit is not zero.
        return `e${digits(low, address.length - 1)}`;
      case "ipv4": {
        const [a, b, c] = createHmac("sha512", salt).update(address).digest();
        return `10.${a}.${b}.${c}`;
      }
      case "ipv6":
        return `fd00:${digits(whole(address), 28).replaceAll(/(.{4})(?=.)/g, "$1:")}`;
      case "uuid":
        return types.has(low) ? address : digits(low, 32).replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
      case "qualified":
        return `masked:${digits(low, 12)}`;
    }
  };
}

/** An IPv6 address with all its groups: the same address is written in several ways. */
function whole(address: string): string {
  try {
    const { hostname } = new URL(`http://[${address}]/`);
    return hostname;
  } catch {
    return address.toLowerCase();
  }
}
