import process from "node:process";
import { isatty } from "node:tty";
import type { Io, Output } from "./io.ts";

function output(stream: NodeJS.WriteStream & { readonly fd: number }): Output {
  return {
    write: (chunk) => void stream.write(chunk),
    isTTY: isatty(stream.fd),
  };
}

/** This process. */
export const processIo: Io = {
  out: output(process.stdout),
  err: output(process.stderr),
  env: process.env,
  cwd: process.cwd(),
  async readInput() {
    const { text } = await import("node:stream/consumers");
    return text(process.stdin);
  },
  onTypedLine(fn) {
    if (!isatty(process.stdin.fd)) return { [Symbol.dispose]: () => {} };
    // Loaded when it is needed: most commands never read.
    const lines = process.getBuiltinModule("node:readline").createInterface({ input: process.stdin });
    lines.on("line", fn);
    return { [Symbol.dispose]: () => lines.close() };
  },
  onInterrupt(fn) {
    process.on("SIGINT", fn);
    process.on("SIGTERM", fn);
    return {
      [Symbol.dispose]: () => {
        process.off("SIGINT", fn);
        process.off("SIGTERM", fn);
      },
    };
  },
  onHangup(fn) {
    process.on("SIGHUP", fn);
    return { [Symbol.dispose]: () => void process.off("SIGHUP", fn) };
  },
  after(ms, fn) {
    const timer = setTimeout(fn, ms);
    return { [Symbol.dispose]: () => clearTimeout(timer) };
  },
  now: Date.now,
  keepAlive() {
    const timer = setInterval(() => {}, 0x7fff_ffff);
    return { [Symbol.dispose]: () => clearInterval(timer) };
  },
  exit: (code) => process.exit(code),
};
