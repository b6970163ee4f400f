import type { LiveNames } from "./live-names.ts";

/** What a word can be: names that are asked for, or files. */
export type Values = LiveNames | "files";

/** What the arguments of commands are, in their order; the last holds for all that follow. */
export const ARGUMENTS: Readonly<Record<string, readonly (readonly Values[])[]>> = {
  ls: [["devices"]],
  tree: [["devices"]],
  show: [["devices", "drivers", "buses"]],
  explain: [["devices"]],
  bind: [["devices"], ["drivers"]],
  unbind: [["devices"]],
  rebind: [["devices"]],
  rescan: [["devices"]],
  override: [["devices"], ["drivers"]],
  autoprobe: [["buses"], []],
  park: [["devices"]],
  unpark: [["parked"]],
  reset: [["parked"]],
  wait: [["devices"]],
  snapshot: [["files"], []],
  diff: [["files"]],
  modinfo: [["installed", "files"]],
  modprobe: [["installed"], []],
  rmmod: [["loaded"]],
  param: [["loaded"], []],
  upgrade: [["loaded"]],
  blacklist: [[], ["installed"]],
  run: [["installed", "files"]],
  replay: [["files"]],
};

/** What the values of options are, by their long names. */
export const OPTIONS: Readonly<Record<string, readonly Values[]>> = {
  "--host": ["running", "files"],
  "--socket": ["files"],
  "--bus": ["buses"],
  "--driver": ["drivers"],
  "--device": ["devices"],
  "--module": ["loaded"],
  "--blacklist": ["installed"],
  "--isolation": ["installed"],
  "--config": ["files"],
  "--file": ["files"],
  "--alias-file": ["files"],
  "--root": ["files"],
  "--kernel": ["kernels"],
};
