import {
  BusError,
  type BusView,
  type Errno,
  type Explanation,
  isErrno,
  type Snapshot,
  type SnapshotPart,
  type UeventOverflow,
  type UeventRecord,
  type UeventsOptions,
} from "auxbus";
import type { components } from "./api.ts";
import type { HostClient } from "./client.ts";

/** The bus of a host, as tools see it. */
export class RemoteView implements BusView {
  readonly #client: HostClient;

  constructor(client: HostClient) {
    this.#client = client;
  }

  snapshot(parts?: readonly SnapshotPart[]): Promise<Snapshot> {
    return this.#client.get("/v1/snapshot", parts === undefined ? {} : { query: { parts: parts.join(",") } });
  }

  /** Times are milliseconds since 1970. */
  async *uevents({ signal, listening }: UeventsOptions = {}): AsyncIterable<UeventRecord | UeventOverflow> {
    try {
      for await (const { event, data } of this.#client.events({ kind: "uevent", ...(signal && { signal }) })) {
        if (event === "hello") listening?.();
        else if (event === "gap") yield { action: "overflow", lost: data.lost };
        else if (event === "entry" && data.kind === "uevent") {
          const { seqnum, action, devpath, subsystem, env } = data.data;
          yield { seqnum, action, devpath, subsystem: subsystem ?? undefined, env, time: data.time };
        }
      }
    } catch (error) {
      if (signal?.aborted !== true) throw error;
    }
  }

  async list(path: string): Promise<readonly components["schemas"]["SysfsEntry"][]> {
    const found = await this.#client.get("/v1/sysfs", { query: { path } });
    if (found.kind !== "folder") throw refusal("ENOTDIR", path, "list", "it is no folder");
    return found.entries;
  }

  async read(path: string): Promise<string> {
    const found = await this.#client.get("/v1/sysfs", { query: { path } });
    if (found.kind !== "file") throw refusal("EISDIR", path, "read", "it is a folder");
    if (found.value === null) throw refusal("EACCES", path, "read", "it can only be written");
    return found.value;
  }

  async write(path: string, value: string): Promise<void> {
    await this.#client.put("/v1/sysfs", { body: { path, value } });
  }

  async bind(bus: string, driver: string, device: string): Promise<void> {
    await this.#client.post("/v1/bind", { body: { bus, driver, device } });
  }

  async unbind(bus: string, driver: string, device: string): Promise<void> {
    await this.#client.post("/v1/unbind", { body: { bus, driver, device } });
  }

  async rescan(bus: string, device: string): Promise<void> {
    await this.#client.post("/v1/rescan", { body: { bus, device } });
  }

  async override(bus: string, device: string, driver: string | null): Promise<void> {
    await this.#client.put("/v1/override", { body: { bus, device, driver } });
  }

  async explain(path: string): Promise<Explanation> {
    const said = await this.#client.get("/v1/explain", { query: { path } });
    return {
      ...said,
      drivers: said.drivers.map(({ code, ...verdict }) => (isErrno(code) ? { ...verdict, code } : verdict)),
    };
  }
}

/** As the bus itself would say it. */
function refusal(code: Errno, path: string, op: string, why: string): BusError {
  return new BusError(code, `cannot ${op} /sys/${path}: ${why}`, { op });
}
