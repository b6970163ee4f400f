import type { ChildProcess } from "node:child_process";
import process from "node:process";
import { BusError } from "auxbus";
import type { Channel } from "./channel.ts";

/** A channel to a child process: everything is copied. */
export function channelToChild(child: ChildProcess): Channel {
  return {
    post: (message) => {
      // A child that has gone is noticed by its end.
      if (child.connected) child.send(asMessage(message), () => undefined);
    },
    receive: (fn) => void child.on("message", fn),
  };
}

/** The channel of a child process to the one that has started it. */
export function channelToParent(): Channel {
  if (process.send === undefined) {
    throw new BusError("EINVAL", "this program is started by auxbus, not by hand", { op: "start" });
  }
  process.on("disconnect", () => process.exit(0));
  const send = process.send.bind(process);
  return {
    post: (message) => void send(asMessage(message), undefined, undefined, () => undefined),
    receive: (fn) => void process.on("message", fn),
  };
}

function asMessage(message: unknown): object {
  if (typeof message !== "object" || message === null) throw new TypeError("a message is a list");
  return message;
}
