import { BusError, toError } from "auxbus";
import type { CallTracing } from "./call-trace.ts";
import type { Channel } from "./channel.ts";
import { Kind } from "./kind.ts";
import { type RemoteFactory, remoteFactory } from "./remote-object.ts";
import { Session } from "./session.ts";
import { type NumberedShape, type Shape, Shapes } from "./shape.ts";

/** What is said on a link itself, beside its sessions. */
const Control = {
  /** the clock of the other side, in milliseconds */
  time: 100,
  /** number: are you at rest? */
  ping: 101,
  /** number, how many messages of sessions were sent, how many received */
  pong: 102,
  /** number, what objects of this shape look like */
  shape: 103,
} as const;

/** What a link tells those who use it. */
export interface LinkEvents {
  /** The other side has begun a session. */
  opened?(session: Session): void;
  /** The clock of the other side, in milliseconds. */
  time?(now: number): void;
  /** A call that nobody waits for has failed. */
  failed(error: Error): void;
  /** Something is going on here that will have something to say without hearing anything. */
  busy?(): Promise<unknown>;
}

export interface LinkOptions {
  readonly channel: Channel;
  readonly events: LinkEvents;
  /** Left out, it is not known in which callback calls are made. */
  readonly tracing?: CallTracing | undefined;
  /** Sent along when it has changed. */
  readonly clock?: (() => number) | undefined;
}

/** How many messages the other side has sent and received. */
interface Counts {
  readonly sent: number;
  readonly received: number;
}

/** Everything that is said between a host and one worker or process: any number of sessions over one channel. */
export class Link {
  readonly shapes: Shapes = new Shapes();
  readonly tracing: CallTracing | undefined;
  readonly #channel: Channel;
  readonly #events: LinkEvents;
  readonly #clock: (() => number) | undefined;
  readonly #sessions = new Map<number, Session>();
  readonly #told = new Set<number>();
  readonly #factories = new Map<number, RemoteFactory>();
  readonly #pings = new Map<number, (counts: Counts | null) => void>();
  #lastSession = 0;
  #lastPing = 0;
  #lastTime: number | undefined;
  #sent = 0;
  #received = 0;
  #ended: Error | null = null;

  constructor({ channel, events, tracing, clock }: LinkOptions) {
    this.#channel = channel;
    this.#events = events;
    this.#clock = clock;
    this.tracing = tracing;
    channel.receive((message) => this.#hear(message));
  }

  /** Begins a session. */
  open(root?: object): Session {
    const session = new Session(this, ++this.#lastSession);
    if (root !== undefined) session.setRoot(root);
    if (this.#ended === null) {
      this.#sessions.set(session.id, session);
      this.post([Kind.open, session.id], []);
    } else session.end(this.#ended);
    return session;
  }

  /** @internal */
  post(message: readonly unknown[], transfer: readonly ArrayBuffer[]): void {
    if (this.#ended !== null) return;
    if (this.#clock !== undefined) {
      const now = this.#clock();
      if (now !== this.#lastTime) {
        this.#lastTime = now;
        this.#channel.post([Control.time, now], []);
      }
    }
    this.#sent++;
    this.#channel.post(message, transfer);
  }

  #hear(message: unknown): void {
    if (!Array.isArray(message) || this.#ended !== null) return;
    const [kind, number, a, b]: unknown[] = message;
    switch (kind) {
      case Control.time:
        this.#events.time?.(Number(number));
        return;
      case Control.ping:
        // After what the messages before it have set off and what that has set off.
        void (this.#events.busy?.() ?? Promise.resolve()).then(() =>
          setImmediate(() => setImmediate(() => this.#pong(number))),
        );
        return;
      case Control.pong:
        this.#pings.get(Number(number))?.({ sent: Number(a), received: Number(b) });
        this.#pings.delete(Number(number));
        return;
      case Control.shape:
        // Written by the same program on the other side.
        this.#factories.set(Number(number), remoteFactory(a as Shape));
        return;
    }
    this.#received++;
    const id = Number(number);
    try {
      if (kind === Kind.open) {
        const session = new Session(this, id);
        this.#sessions.set(id, session);
        this.#events.opened?.(session);
      } else {
        // None: a late message of a session that has been closed here.
        this.#sessions.get(id)?.hear(message);
      }
    } catch (error) {
      this.#events.failed(toError(error));
    }
  }

  #pong(number: unknown): void {
    if (this.#ended === null) this.#channel.post([Control.pong, number, this.#sent, this.#received], []);
  }

  /**
   * Waits until the other side is at rest: it has heard everything and has nothing more to say until it hears
   * something new. For tests in virtual time; what the other side waits for elsewhere is not known.
   */
  async rest(): Promise<void> {
    for (;;) {
      const counts = await this.#ping();
      if (counts === null || (counts.sent === this.#received && counts.received === this.#sent)) return;
    }
  }

  /** How many messages of sessions there have been, in both directions. */
  get messages(): number {
    return this.#sent + this.#received;
  }

  /** Resolves when the other side answers; to null when the link ends first. */
  #ping(): Promise<Counts | null> {
    if (this.#ended !== null) return Promise.resolve(null);
    const number = ++this.#lastPing;
    return new Promise((resolve) => {
      this.#pings.set(number, resolve);
      this.#channel.post([Control.ping, number], []);
    });
  }

  /** Resolves when the other side has answered, which it does unless it hangs. */
  async alive(): Promise<void> {
    await this.#ping();
  }

  /** @internal Tells the other side what objects of this shape look like, once: sessions come and go. */
  tell({ number, methods, getters, disposable }: NumberedShape): void {
    if (this.#told.has(number) || this.#ended !== null) return;
    this.#told.add(number);
    const shape: Shape = { methods, getters, disposable };
    this.#channel.post([Control.shape, number, shape], []);
  }

  /** @internal */
  remote(shape: number): RemoteFactory {
    const factory = this.#factories.get(shape);
    if (factory === undefined) throw new BusError("EPROTO", `shape ${shape} was never told`, { op: "import" });
    return factory;
  }

  /** @internal */
  closed(session: Session, why: Error = new BusError("ENODEV", "the other side has ended the session")): void {
    this.#sessions.delete(session.id);
    session.end(why);
  }

  /** @internal */
  failed(error: Error): void {
    this.#events.failed(error);
  }

  /** How many sessions there are. */
  get sessions(): number {
    return this.#sessions.size;
  }

  /** The other side is gone: all sessions end. */
  end(why: Error): void {
    if (this.#ended !== null) return;
    this.#ended = why;
    for (const session of this.#sessions.values()) session.end(why);
    this.#sessions.clear();
    for (const resolve of this.#pings.values()) resolve(null);
    this.#pings.clear();
  }
}
