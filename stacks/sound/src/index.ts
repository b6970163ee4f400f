import type { ModuleContext } from "auxbus";
import { Sound } from "./sound.ts";

/** Makes the sound subsystem there for all, also for drivers that run elsewhere. */
export function init({ core }: ModuleContext): void {
  Sound.of(core);
}

export { type CompressOps, type CompressParams, CompressStream } from "./compress.ts";
export { type SoundCard, type SoundCardOptions, type SoundComponent } from "./sound.ts";
export { Sound };
