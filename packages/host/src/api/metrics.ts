import { deviceSnapshot, type DriverCore } from "auxbus";
import type { Modules } from "@auxbus/modules";
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from "prom-client";
import type { Journal } from "../journal.ts";
import type { Operations } from "../operations.ts";
import type { EventFeed } from "./event-feed.ts";

export interface MetricsOptions {
  readonly core: DriverCore;
  readonly modules: Modules;
  readonly journal: Journal;
  readonly operations: Operations;
  readonly feed: EventFeed;
}

/** Probes of a few microseconds and of a minute. */
const SECONDS = [0.000_01, 0.0001, 0.001, 0.01, 0.1, 1, 10, 60];

/** Figures for Prometheus. What can be looked up is, when it is asked for; the rest is counted. */
export class Metrics implements Disposable {
  readonly #registry = new Registry();
  readonly #subscriptions: readonly Disposable[];

  constructor({ core, modules, journal, operations, feed }: MetricsOptions) {
    const registers = [this.#registry];
    collectDefaultMetrics({ register: this.#registry });
    const gauge = (name: string, help: string, value: () => number): void =>
      void new Gauge({
        name,
        help,
        registers,
        collect(): void {
          this.set(value());
        },
      });
    const devices = new Gauge({
      name: "auxbus_devices",
      help: "Devices by bus and state",
      labelNames: ["bus", "state"],
      registers,
      collect(): void {
        devices.reset();
        for (const bus of core.buses()) {
          for (const device of bus.devices()) devices.inc({ bus: bus.name, state: deviceSnapshot(device).state });
        }
      },
    });
    gauge("auxbus_drivers", "Registered drivers", () => [...core.buses()].flatMap((bus) => [...bus.drivers()]).length);
    gauge("auxbus_modules", "Loaded modules", () => modules.lsmod().length);
    gauge(
      "auxbus_parked_devices",
      "Devices without driver because it has crashed too often",
      () => modules.isolation.parked().length,
    );
    gauge("auxbus_uevents", "Uevents since the start", () => core.uevents.seqnum);
    gauge("auxbus_journal_cursor", "The last journal entry", () => journal.cursor);
    gauge("auxbus_journal_lost", "Journal entries that could not be written", () => journal.status().lost);
    gauge("auxbus_journal_failing", "1: the journal cannot be written", () =>
      journal.status().state === "ok" ? 0 : 1,
    );
    gauge("auxbus_event_readers", "Readers of events", () => feed.readers);

    const probes = new Histogram({
      name: "auxbus_probe_seconds",
      help: "How long probes take, by driver and result",
      labelNames: ["driver", "result"],
      buckets: SECONDS,
      registers,
    });
    const removes = new Histogram({
      name: "auxbus_remove_seconds",
      help: "How long removes take, by driver",
      labelNames: ["driver"],
      buckets: SECONDS,
      registers,
    });
    const operated = new Histogram({
      name: "auxbus_operation_seconds",
      help: "How long operations of operators take, by kind and result",
      labelNames: ["op", "result"],
      buckets: SECONDS,
      registers,
    });
    const crashes = new Counter({
      name: "auxbus_crashes_total",
      help: "Crashes of workers and processes, by module",
      labelNames: ["module"],
      registers,
    });
    this.#subscriptions = [
      core.tracepoints.subscribe((record) => {
        if (record.point === "probe") {
          probes.observe({ driver: record.driver.name, result: record.result }, record.ms / 1000);
        } else if (record.point === "remove") removes.observe({ driver: record.driver.name }, record.ms / 1000);
      }),
      modules.isolation.subscribe((crash) => {
        for (const module of crash.modules) crashes.inc({ module });
      }),
      operations.subscribe((op, result, ms) => operated.observe({ op, result }, ms / 1000)),
    ];
  }

  /** As Prometheus reads it. */
  text(): Promise<string> {
    return this.#registry.metrics();
  }

  get contentType(): string {
    return this.#registry.contentType;
  }

  [Symbol.dispose](): void {
    for (const subscription of this.#subscriptions) subscription[Symbol.dispose]();
    this.#registry.clear();
  }
}
