import type { ModuleChange } from "@auxbus/modules";
import type { LogRecord, Snapshot, UeventOverflow, UeventRecord } from "auxbus";
import type { Io } from "../io.ts";
import { SCHEMA } from "../schema.ts";
import type { ListeningHost, RunReport } from "./run-report.ts";

/** A running bus as one JSON object a line; the schema is in the help of the command. */
export class JsonReport implements RunReport {
  readonly #io: Io;

  constructor(io: Io) {
    this.#io = io;
    this.#write({ type: "auxctl", schema: SCHEMA });
  }

  host({ name, socket, url, state, pid }: ListeningHost): void {
    this.#write({ type: "host", name, socket, url, state, pid });
  }

  module(name: string, state: ModuleChange): void {
    this.#write({ type: "module", name, state });
  }

  tree({ seqnum, buses, devices, drivers, links }: Snapshot, why: ReadonlyMap<string, string>): void {
    const explained = devices.map((device) => ({ ...device, reason: device.reason ?? why.get(device.path) ?? null }));
    this.#write({ type: "tree", seqnum, buses, devices: explained, drivers, links });
  }

  uevent(event: UeventRecord | UeventOverflow): void {
    if (event.action === "overflow") {
      this.#write({ type: "overflow", lost: event.lost });
      return;
    }
    const { seqnum, action, devpath, subsystem = null, env, time } = event;
    this.#write({ type: "uevent", seqnum, action, devpath, subsystem, env, time });
  }

  log({ level, message, device, driver, time }: LogRecord): void {
    this.#write({ type: "log", level, message, device: device ?? null, driver: driver ?? null, time });
  }

  watching(): void {}

  stopping(): void {}

  failure(error: Error): void {
    this.#write({ type: "error", message: error.message });
  }

  #write(record: object): void {
    this.#io.out.write(`${JSON.stringify(record)}\n`);
  }
}
