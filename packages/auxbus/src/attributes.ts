/** A file below `/sys`: what reading and writing it does. */
export interface Attribute {
  /** The content. Left out: the file cannot be read. */
  show?(): string;
  /** Takes what was written, without its final newline. Fails by throwing. Left out: the file cannot be written. */
  store?(value: string): void | PromiseLike<void>;
}

/** Files that share a folder of their own (the kernel's named `attribute_group`). */
export type AttributeGroup = Readonly<Record<string, Attribute>>;

/** Files and folders by name. */
export type Attributes = Readonly<Record<string, Attribute | AttributeGroup>>;

/** Whether `node` is a single file, not a folder of files. */
export function isAttribute(node: Attribute | AttributeGroup): node is Attribute {
  return typeof node.show === "function" || typeof node.store === "function";
}
