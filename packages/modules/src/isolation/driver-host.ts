// The program that runs in a worker or process of its own and has isolated drivers in it.
import process from "node:process";
import { isMainThread, parentPort } from "node:worker_threads";
import { CallTracing } from "./call-trace.ts";
import type { Channel } from "./channel.ts";
import { DriverTable } from "./driver-table.ts";
import { BindingEnd } from "./isolated-binding.ts";
import { IsolatedCore } from "./isolated-core.ts";
import { ModuleEnd } from "./isolated-module.ts";
import { HostRuntime, ownRuntime } from "./isolated-runtime.ts";
import { Link } from "./link.ts";
import { channelToParent } from "./process-channel.ts";
import type { HostConfig, LoadRequest, ProbeRequest } from "./protocol.ts";
import type { Session } from "./session.ts";
import { portChannel } from "./worker-channel.ts";

/** What the side of the bus reaches when it has begun a session: it says what the session is for. */
class Entrance {
  readonly #session: Session;

  constructor(session: Session) {
    this.#session = session;
  }

  /** The first session: the host's own. */
  control(): void {
    hostRuntime.connect(this.#session);
  }

  async load(request: LoadRequest): Promise<void> {
    const core = new IsolatedCore(this.#session, runtime, request.services, drivers);
    const end = new ModuleEnd(request, core, imports);
    this.#session.setRoot(end);
    await end.init();
  }

  async probe(request: ProbeRequest): Promise<void> {
    const core = new IsolatedCore(this.#session, runtime, request.services, drivers);
    const end = new BindingEnd(this.#session, drivers.get(request.driver), request, core);
    this.#session.setRoot(end);
    await end.probe();
  }
}

// Written by whoever has started this program.
const config = JSON.parse(process.argv[2] ?? "") as HostConfig;
const drivers = new DriverTable();
const imports = new Set<Promise<unknown>>();
const hostRuntime = new HostRuntime();
const runtime = config.clock === "host" ? hostRuntime : ownRuntime(config);
const channel: Channel = isMainThread || parentPort === null ? channelToParent() : portChannel(parentPort);

// oxlint-disable-next-line no-new -- it lives by the channel
new Link({
  channel,
  tracing: config.tracing ? new CallTracing() : undefined,
  events: {
    opened: (session) => session.setRoot(new Entrance(session)),
    time: (now) => hostRuntime.tell(now),
    busy: () => Promise.allSettled(imports),
    // It would have been an unhandled rejection of the driver's.
    failed: (error) => {
      throw error;
    },
  },
});
