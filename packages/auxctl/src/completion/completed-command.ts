export interface CompletedOption {
  readonly short: string | undefined;
  readonly long: string;
  readonly description: string;
  readonly takesValue: boolean;
}

/** What `auxctl names` can list. */
export const LIVE_NAMES = ["installed", "loaded", "parked", "verbs"] as const;

export type LiveNames = (typeof LIVE_NAMES)[number];

/** A command as completion scripts know it. */
export interface CompletedCommand {
  readonly name: string;
  readonly summary: string;
  readonly options: readonly CompletedOption[];
  /** The words that its argument can be; none means file names, unless there are live names. */
  readonly words: readonly string[];
  /** Names that its argument can be, asked for when they are needed. */
  readonly names: LiveNames | undefined;
}

/** Text in single quotes, as all three shells read it. */
export function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
