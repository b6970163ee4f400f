import type { GivenArgs, VerbContext, VerbInfo } from "@auxbus/control";
import type { HostStatus, ModuleInfo, ModuleStatus, Parked } from "@auxbus/modules";

/** What can be asked of a running bus, in this process or over its socket. */
export interface BusControl {
  lsmod(): Promise<ModuleStatus[]>;
  modinfo(name: string): Promise<ModuleInfo>;
  /** The names of all modules that could be loaded. */
  names(): Promise<string[]>;
  resolve(modalias: string): Promise<string[]>;
  modprobe(name: string, params: Readonly<Record<string, string>>): Promise<void>;
  /** `modprobe -r` */
  remove(name: string): Promise<void>;
  rmmod(name: string): Promise<void>;
  setParam(module: string, name: string, value: string): Promise<void>;
  /** Looks at the installed packages again, then upgrades. @returns the devices that were handed over */
  upgrade(name: string): Promise<readonly string[]>;
  /** @returns how many modules there are now */
  depmod(): Promise<number>;
  hosts(): Promise<HostStatus[]>;
  parked(): Promise<Parked[]>;
  /** Takes a device out of the parking place. */
  reset(device: string): Promise<void>;
  /** What the modules of the bus have added. */
  verbs(): Promise<VerbInfo[]>;
  /** What a parameter of a verb can be at the moment. */
  completeVerb(name: string, param: string): Promise<string[]>;
  /** @returns what the verb gives, as JSON has it */
  runVerb(name: string, args: GivenArgs, context: VerbContext): Promise<unknown>;
}

/** What is answered at once; a verb that runs is not. */
export type ControlMethod = Exclude<keyof BusControl, "runVerb">;

type Kind = "text" | "texts";

/** The methods that may be called from outside, and what their arguments are. */
export const METHODS: Readonly<Record<ControlMethod, readonly Kind[]>> = {
  lsmod: [],
  modinfo: ["text"],
  names: [],
  resolve: ["text"],
  modprobe: ["text", "texts"],
  remove: ["text"],
  rmmod: ["text"],
  setParam: ["text", "text", "text"],
  upgrade: ["text"],
  depmod: [],
  hosts: [],
  parked: [],
  reset: ["text"],
  verbs: [],
  completeVerb: ["text", "text"],
};

/** Whether `args` are what the method takes. */
export function takes(method: ControlMethod, args: readonly unknown[]): boolean {
  const kinds = METHODS[method];
  return kinds.length === args.length && kinds.every((kind, i) => (kind === "text" ? isText : isTexts)(args[i]));
}

function isText(value: unknown): boolean {
  return typeof value === "string";
}

/** A record of texts. */
function isTexts(value: unknown): boolean {
  return typeof value === "object" && value !== null && !Array.isArray(value) && Object.values(value).every(isText);
}

export function isMethod(name: unknown): name is ControlMethod {
  return typeof name === "string" && Object.hasOwn(METHODS, name);
}
