import type { MessagePort, Worker } from "node:worker_threads";
import type { Channel } from "./channel.ts";

/** A channel through a message port or to a worker: buffers can be handed over. */
export function portChannel(port: Pick<MessagePort | Worker, "postMessage" | "on">): Channel {
  return {
    post: (message, transfer) =>
      transfer.length === 0 ? port.postMessage(message) : port.postMessage(message, transfer),
    receive: (fn) => void port.on("message", fn),
  };
}
