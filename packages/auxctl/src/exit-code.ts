/** What the command line ends with. */
export const ExitCode = {
  /** All went well: traces are equal, the bus was shut down in order. */
  ok: 0,
  /** Traces differ, or a module failed. */
  failed: 1,
  /** The command line, or a file that it names, cannot be understood or found. */
  usage: 2,
  /** Ended by Ctrl-C before it was done. */
  interrupted: 130,
  /** Ended by SIGTERM before it was done. */
  terminated: 143,
} as const;

export type ExitCode = (typeof ExitCode)[keyof typeof ExitCode];

/** What the user asked for cannot be done as asked: told in one line, without a stack. */
export class UsageError extends Error {
  override readonly name: string = "UsageError";
}

/** Not by its class, which is there twice: in the file that starts at once, and for what is loaded later. */
export function isUsageError(error: unknown): error is UsageError {
  return error instanceof Error && error.name === "UsageError";
}
