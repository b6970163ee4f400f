import { BusError, type KernelLog } from "auxbus";
import {
  ipc3Command,
  ipc3Message,
  ipc3Words,
  refuseCrashed,
  type SofProbesClient,
  type SofProbesHostOps,
} from "@auxbus/snd_sof";
import type { CompressOps, CompressParams } from "@auxbus/sound";

export interface ProbePoint {
  readonly id: number;
  readonly purpose: number;
  /** Node that the data goes to. */
  readonly tag: number;
}

/** The extraction stream: at most one, with the probe points that feed it. */
export class Extraction implements CompressOps {
  readonly #client: SofProbesClient;
  readonly #host: SofProbesHostOps;
  readonly #log: KernelLog;
  readonly #awake: <T>(fn: () => Promise<T>) => Promise<T>;
  #tag: number | null = null;
  #copied = 0;

  /** @param awake runs something with the DSP awake */
  constructor(
    client: SofProbesClient,
    host: SofProbesHostOps,
    log: KernelLog,
    awake: <T>(fn: () => Promise<T>) => Promise<T>,
  ) {
    this.#client = client;
    this.#host = host;
    this.#log = log;
    this.#awake = awake;
  }

  async startup(): Promise<void> {
    refuseCrashed(this.#client);
    this.#client.coreModuleGet();
    try {
      this.#tag = this.#host.startup();
    } catch (error) {
      this.#client.coreModulePut();
      throw error;
    }
  }

  async setParams(params: CompressParams): Promise<void> {
    const tag = this.#stream();
    this.#host.setParams(tag, params);
    await this.#send(ipc3Command.probeInit, [1, tag, params.fragmentSize * params.fragments]);
  }

  async trigger(command: "start" | "stop"): Promise<void> {
    this.#host.trigger(this.#stream(), command);
  }

  pointer(): number {
    return this.#host.pointer(this.#stream());
  }

  copy(bytes: number): Uint8Array {
    const taken = Math.min(bytes, this.pointer() - this.#copied);
    this.#copied += taken;
    return new Uint8Array(taken);
  }

  /** Removes the points, ends the extraction, gives the stream and the pin back; failures do not stop it. */
  async shutdown(): Promise<void> {
    const tag = this.#stream();
    try {
      const points = await this.points();
      await this.removePoints(points.map(({ id }) => id));
      await this.#send(ipc3Command.probeDeinit);
    } catch (error) {
      this.#log.error(`ending the extraction failed: ${String(error)}`, { error });
    }
    this.#tag = null;
    this.#copied = 0;
    this.#host.shutdown(tag);
    this.#client.coreModulePut();
  }

  async points(): Promise<ProbePoint[]> {
    this.#stream();
    const [count = 0, ...words] = ipc3Words(await this.#send(ipc3Command.probePointInfo), 12);
    return Array.from({ length: count }, (_, i) => ({
      id: words[i * 3] ?? 0,
      purpose: words[i * 3 + 1] ?? 0,
      tag: words[i * 3 + 2] ?? 0,
    }));
  }

  async add(points: readonly ProbePoint[]): Promise<void> {
    this.#stream();
    await this.#send(ipc3Command.probePointAdd, [
      points.length,
      ...points.flatMap(({ id, purpose, tag }) => [id, purpose, tag]),
    ]);
  }

  async removePoints(ids: readonly number[]): Promise<void> {
    this.#stream();
    if (ids.length > 0) await this.#send(ipc3Command.probePointRemove, [ids.length, ...ids]);
  }

  #send(command: number, words?: readonly number[]): Promise<Uint8Array> {
    return this.#awake(() => this.#client.ipcTxMessage(ipc3Message(command, words), this.#client.maxPayload));
  }

  #stream(): number {
    if (this.#tag !== null) return this.#tag;
    this.#log.warn("no extractor stream running");
    throw new BusError("ENOENT", "no extractor stream running; open the capture device of card sof-probes first", {
      op: "probes",
    });
  }
}

export function formatPoints(points: readonly ProbePoint[]): string {
  const hex = (n: number): string => n.toString(16);
  return points
    .map(({ id, purpose, tag }) => `Id: 0x${hex(id).padStart(8, "0")}  Purpose: ${purpose}  Node id: 0x${hex(tag)}\n`)
    .join("");
}

/** Integers with commas between. @throws {BusError} `EINVAL` naming what is no integer */
export function parseInts(text: string): number[] {
  return text
    .trim()
    .split(",")
    .filter((part) => part !== "")
    .map((part) => {
      const value = Number(part);
      if (!Number.isInteger(value))
        throw new BusError("EINVAL", `${JSON.stringify(part)} is no integer`, { op: "write" });
      return value;
    });
}
