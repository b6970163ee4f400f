import { BusError } from "auxbus";
import type { SimulatedDsp } from "@auxbus/sim_sof_dsp";
import type { SofProbesHostOps } from "@auxbus/snd_sof";
import type { CompressParams } from "@auxbus/sound";

interface HostStream {
  bytesPerMs: number;
  captured: number;
  startedAt: number | null;
}

/** Host DMA streams for probe extraction on Intel HDA. */
export class HdaProbesHost implements SofProbesHostOps {
  readonly #dsp: SimulatedDsp;
  readonly #streams = new Map<number, HostStream>();

  constructor(dsp: SimulatedDsp) {
    this.#dsp = dsp;
  }

  startup(): number {
    const tag = this.#dsp.takeStream();
    if (tag === undefined) throw new BusError("EBUSY", "no host DMA stream is free", { op: "startup" });
    this.#streams.set(tag, { bytesPerMs: 0, captured: 0, startedAt: null });
    return tag;
  }

  shutdown(tag: number): void {
    if (this.#streams.delete(tag)) this.#dsp.returnStream(tag);
  }

  setParams(tag: number, { sampleRate, channels }: CompressParams): void {
    // 32-bit samples.
    this.#stream(tag).bytesPerMs = (sampleRate * channels * 4) / 1000;
  }

  trigger(tag: number, command: "start" | "stop"): void {
    const stream = this.#stream(tag);
    stream.captured = this.pointer(tag);
    stream.startedAt = command === "start" ? this.#dsp.now() : null;
  }

  pointer(tag: number): number {
    const { bytesPerMs, captured, startedAt } = this.#stream(tag);
    return captured + (startedAt === null ? 0 : Math.floor((this.#dsp.now() - startedAt) * bytesPerMs));
  }

  #stream(tag: number): HostStream {
    const stream = this.#streams.get(tag);
    if (stream === undefined) throw new BusError("EINVAL", `there is no host stream ${tag}`, { op: "stream" });
    return stream;
  }
}
