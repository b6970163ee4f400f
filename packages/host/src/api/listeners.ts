import type { HostConfig } from "../config-schema.ts";
import type { Tokens } from "../tokens.ts";
import type { App } from "./app.ts";
import type { Entrance } from "./gate.ts";
import { RateLimit } from "./rate-limit.ts";
import { type Listener, listenOnPort, listenOnSocket } from "./server.ts";

type Listen = HostConfig["listen"];

/** Where a host can be reached: its Unix socket, and a port if the configuration has one. */
export class Listeners {
  readonly #appFor: (entrance: Entrance) => App;
  readonly #tokens: Tokens;
  #socket: Listener | null = null;
  #port: (Listener & { readonly port: number; readonly url: string }) | null = null;

  /** @param appFor the API, for those who come in by one entrance */
  constructor(appFor: (entrance: Entrance) => App, tokens: Tokens) {
    this.#appFor = appFor;
    this.#tokens = tokens;
  }

  /** Where the console and the API are; null: only at the socket. */
  get url(): string | null {
    return this.#port?.url ?? null;
  }

  /** @param socket null: none @throws {BusError} `EADDRINUSE`, `EEXIST`, `EIO` */
  async open(socket: string | null, listen: Listen): Promise<void> {
    if (socket !== null) {
      const app = this.#appFor({ kind: "socket", role: listen.socketRole });
      this.#socket = await listenOnSocket(app, socket, listen);
    }
    this.#port = await this.#openPort(listen);
  }

  /** Goes to another port, or to none. @throws {BusError} `EADDRINUSE`, `EIO`: it stays where it was */
  async movePort(listen: Listen): Promise<void> {
    const old = this.#port;
    this.#port = await this.#openPort(listen);
    await old?.close();
  }

  async #openPort(listen: Listen): Promise<(Listener & { readonly port: number; readonly url: string }) | null> {
    const { http, rate } = listen;
    if (http === false) return null;
    let port = 0;
    const limit = new RateLimit(rate, () => performance.now());
    const app = this.#appFor({ kind: "tcp", tokens: this.#tokens, rate: limit, port: () => port });
    const listener = await listenOnPort(app, http, listen);
    ({ port } = listener);
    return { ...listener, url: `http://${http.host === "::1" ? "[::1]" : http.host}:${port}` };
  }

  async close(): Promise<void> {
    await Promise.all([this.#socket?.close(), this.#port?.close()]);
  }
}
