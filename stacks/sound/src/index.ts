export { type CompressOps, type CompressParams, CompressStream } from "./compress.ts";
export { Sound, type SoundCard, type SoundCardOptions, type SoundComponent } from "./sound.ts";
