import { BusError, errnoOf, type IsolableLog, type Remote } from "auxbus";
import {
  ipc3Command,
  ipc3Message,
  ipc3Words,
  refuseCrashed,
  type SofProbesClient,
  type SofProbesHostOps,
} from "@auxbus/snd_sof";
import type { CompressOps, CompressParams } from "@auxbus/sound";
import { pointsOf, type ProbePoint } from "./probe-points.ts";

export interface ExtractionOptions {
  readonly client: Remote<SofProbesClient>;
  readonly host: Remote<SofProbesHostOps>;
  readonly log: IsolableLog;
  /** Before each line of the log. */
  readonly name: string;
  /** Boots the DSP if it sleeps, and keeps it awake until the result is called. */
  keepAwake(): Promise<() => Promise<void>>;
}

/** The extraction stream: at most one, with the probe points that feed it. */
export class Extraction implements CompressOps {
  readonly #options: ExtractionOptions;
  #tag: number | null = null;
  /** Whether the firmware has been told. */
  #initialised = false;
  #copied = 0;
  #letSleep: () => Promise<void> = () => Promise.resolve();

  constructor(options: ExtractionOptions) {
    this.#options = options;
  }

  /** The DSP stays awake while the stream is open: it would forget its probe points. */
  async startup(): Promise<void> {
    const { client, host } = this.#options;
    const letSleep = await this.#options.keepAwake();
    try {
      await refuseCrashed(client);
      await client.coreModuleGet();
      try {
        this.#tag = await host.startup();
      } catch (error) {
        await client.coreModulePut();
        throw error;
      }
    } catch (error) {
      await letSleep();
      throw error;
    }
    this.#letSleep = letSleep;
  }

  async setParams(params: CompressParams): Promise<void> {
    const tag = this.stream();
    await this.#options.host.setParams(tag, params);
    await this.#send(ipc3Command.probeInit, [1, tag, params.fragmentSize * params.fragments]);
    this.#initialised = true;
  }

  async trigger(command: "start" | "stop"): Promise<void> {
    await this.#options.host.trigger(this.stream(), command);
  }

  async pointer(): Promise<number> {
    return this.#options.host.pointer(this.stream());
  }

  async copy(bytes: number): Promise<Uint8Array> {
    const taken = Math.max(0, Math.min(bytes, (await this.pointer()) - this.#copied));
    this.#copied += taken;
    return new Uint8Array(taken);
  }

  /** Removes the points, ends the extraction, gives the stream and the pin back; failures do not stop it. */
  async shutdown(): Promise<void> {
    const tag = this.stream();
    if (this.#initialised) {
      await this.#removeAllPoints().catch((error: unknown) => this.#failed("get probe points", error));
      await this.#send(ipc3Command.probeDeinit).catch((error: unknown) => this.#failed("deinit probe", error));
    }
    this.#tag = null;
    this.#initialised = false;
    this.#copied = 0;
    await this.#options.host.shutdown(tag);
    await this.#letSleep();
    await this.#options.client.coreModulePut();
  }

  async #removeAllPoints(): Promise<void> {
    for (const { id } of await this.points()) await this.removePoints([id]);
  }

  #failed(what: string, error: unknown): void {
    const { log, name } = this.#options;
    log.error(`${name}: failed to ${what}: ${errnoOf(error)}`, { device: name, error });
  }

  /** @throws {BusError} `ENOENT` no stream is open */
  async points(): Promise<ProbePoint[]> {
    this.stream();
    const [count = 0, ...words] = ipc3Words(await this.#send(ipc3Command.probePointInfo), 12);
    return pointsOf(words.slice(0, count * 3));
  }

  /** @throws {BusError} `ENOENT` no stream is open */
  async add(points: readonly ProbePoint[]): Promise<void> {
    const words = points.flatMap(({ id, purpose, tag }) => [id, purpose, tag]);
    await this.#send(ipc3Command.probePointAdd, [points.length, ...words]);
  }

  /** @throws {BusError} `ENOENT` no stream is open */
  async removePoints(ids: readonly number[]): Promise<void> {
    await this.#send(ipc3Command.probePointRemove, [ids.length, ...ids]);
  }

  async #send(command: number, words?: readonly number[]): Promise<Uint8Array> {
    this.stream();
    const { client } = this.#options;
    const letSleep = await this.#options.keepAwake();
    try {
      return await client.ipcTxMessage(ipc3Message(command, words), await client.maxPayload);
    } finally {
      await letSleep();
    }
  }

  /** The tag of the open stream. @throws {BusError} `ENOENT` there is none */
  stream(): number {
    if (this.#tag !== null) return this.#tag;
    const { log, name } = this.#options;
    log.warn(`${name}: no extractor stream running`, { device: name });
    throw new BusError("ENOENT", "no extractor stream running; open the capture device of card sof-probes first", {
      op: "probes",
      device: name,
    });
  }
}
