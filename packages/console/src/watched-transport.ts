import { BusError } from "auxbus";
import type { Transport } from "@auxbus/host/client";

/**
 * A transport that gives up on a host that says nothing: a connection that is cut without a word would otherwise look
 * alive for hours. The host says something every 15 seconds. Changes may take as long as they take.
 *
 * @param silence milliseconds
 */
export function watched(transport: Transport, silence: number): Transport {
  return async (request) => {
    if (request.method !== "GET") return transport(request);
    const dog = new Watchdog(silence);
    const signal = request.signal === undefined ? dog.signal : AbortSignal.any([request.signal, dog.signal]);
    try {
      const { status, body } = await transport({ ...request, signal });
      return { status, body: dog.watch(body) };
    } catch (error) {
      dog.stop();
      throw error;
    }
  };
}

class Watchdog {
  readonly #controller = new AbortController();
  readonly #silence: number;
  #timer: ReturnType<typeof setTimeout>;

  constructor(silence: number) {
    this.#silence = silence;
    this.#timer = this.#start();
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  async *watch(body: AsyncIterable<string>): AsyncGenerator<string, void> {
    try {
      for await (const piece of body) {
        this.stop();
        this.#timer = this.#start();
        yield piece;
      }
    } finally {
      this.stop();
    }
  }

  #start(): ReturnType<typeof setTimeout> {
    return setTimeout(() => {
      const seconds = Math.round(this.#silence / 1000);
      this.#controller.abort(new BusError("ETIMEDOUT", `the host has said nothing for ${seconds} s`, { op: "read" }));
    }, this.#silence);
  }
}
