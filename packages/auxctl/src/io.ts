/** Where text goes. */
export interface Output {
  write(text: string): void;
  /** A person is looking. */
  readonly isTTY: boolean;
}

/** What a command knows of the process it runs in. */
export interface Io {
  readonly out: Output;
  readonly err: Output;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  /** All of the standard input. */
  readInput(): Promise<string>;
  /** Each line that a person types; nothing when the input is no terminal. */
  onTypedLine(fn: () => void): Disposable;
  /** Ctrl-C and SIGTERM, instead of the end of the process. */
  onInterrupt(fn: (signal: "SIGINT" | "SIGTERM") => void): Disposable;
  /** SIGHUP, instead of the end of the process. */
  onHangup(fn: () => void): Disposable;
  /** Once, after so many milliseconds. */
  after(ms: number, fn: () => void): Disposable;
  /** Milliseconds since 1970. */
  now(): number;
  /** Keeps the process alive. */
  keepAlive(): Disposable;
  /** Ends the process at once. */
  exit(code: number): void;
}
