/** Something and what it is about. */
export function item(name: string, about: string): string[] {
  return [".TP", `\\fB${escaped(name)}\\fR`, escaped(about)];
}

/** A point or an apostrophe at the beginning would be an order to troff, and a minus a hyphen. */
export function escaped(text: string): string {
  return text.replaceAll("\\", "\\e").replaceAll("-", "\\-").replaceAll(/^[.']/gm, "\\&$&").replaceAll("…", "...");
}
