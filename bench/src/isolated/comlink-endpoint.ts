import type { MessagePort, Worker } from "node:worker_threads";
import type { Endpoint } from "comlink";

type Listener = Parameters<Endpoint["addEventListener"]>[1];

/** Node's ports speak of events in another way than those of browsers; Comlink's own adapter does the same. */
export function endpointOf(port: MessagePort | Worker): Endpoint {
  const listeners = new Map<Listener, (data: unknown) => void>();
  return {
    postMessage: (message: unknown, transfer: ArrayBuffer[] = []) => port.postMessage(message, transfer),
    addEventListener(_type, listener) {
      const heard = (data: unknown): void => {
        const event = { data } as MessageEvent;
        if ("handleEvent" in listener) listener.handleEvent(event);
        else listener(event);
      };
      port.on("message", heard);
      listeners.set(listener, heard);
    },
    removeEventListener(_type, listener) {
      const heard = listeners.get(listener);
      if (heard !== undefined) port.off("message", heard);
      listeners.delete(listener);
    },
  };
}
