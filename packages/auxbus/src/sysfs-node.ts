import { type Attribute, type AttributeGroup, isAttribute } from "./attributes.ts";

/** A folder whose content is computed when it is looked at. */
export interface SysfsFolder {
  readonly kind: "folder";
  names(): Iterable<string>;
  get(name: string): SysfsNode | undefined;
}

export interface SysfsFile {
  readonly kind: "file";
  readonly attribute: Attribute;
}

export interface SysfsLink {
  readonly kind: "link";
  /** Path below `/sys`. */
  readonly target: string;
}

export type SysfsNode = SysfsFolder | SysfsFile | SysfsLink;

/** A folder with a few known entries. */
export function folder(entries: Readonly<Record<string, SysfsNode | undefined>>): SysfsFolder {
  return {
    kind: "folder",
    names: () => Object.keys(entries).filter((name) => entries[name] !== undefined),
    get: (name) => (Object.hasOwn(entries, name) ? entries[name] : undefined),
  };
}

export function file(attribute: Attribute): SysfsFile {
  return { kind: "file", attribute };
}

export function link(target: string): SysfsLink {
  return { kind: "link", target: target.startsWith("/") ? target.slice(1) : target };
}

/** A file or a folder of files that somebody has added. */
export function attributeNode(node: Attribute | AttributeGroup | undefined): SysfsNode | undefined {
  if (node === undefined) return undefined;
  if (isAttribute(node)) return file(node);
  return folder(Object.fromEntries(Object.entries(node).map(([name, attribute]) => [name, file(attribute)])));
}
