/** Text of others as it can be shown: what would disturb a terminal is escaped. */
export function printable(text: string): string {
  // Most of it is, and trees have tens of thousands of texts.
  if (!/\p{Cc}/u.test(text)) return text;
  return text.replaceAll(/\p{Cc}/gu, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

/** Several lines of it, which stay lines. */
export function printableLines(text: string): string {
  return text.split("\n").map(printable).join("\n");
}

/** JSON in which no character is left that would disturb a terminal: it has words for those that JSON lets stand. */
export function printableJson(value: unknown, indent?: number): string {
  // Ends of lines are its own; those in strings are escaped already.
  return JSON.stringify(value, null, indent).replaceAll(/[^\P{Cc}\n]/gu, printable);
}
