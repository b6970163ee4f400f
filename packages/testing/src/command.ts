import type { Errno } from "auxbus";

/** What a scripted callback answers. */
export type Answer = 0 | Errno;

export interface DeviceDeclaration {
  readonly device: string;
  /** A root device or another auxiliary device, by the name it has in the scenario. */
  readonly parent: string | undefined;
  readonly name: string | undefined;
  readonly id: number;
}

export interface DriverDeclaration {
  readonly driver: string;
  readonly modname: string;
  readonly name: string | undefined;
  readonly ids: readonly { readonly name: string; readonly data: number }[];
  /** The answers of the first, second, … probe; the last one is repeated. */
  readonly probe: readonly Answer[];
  readonly suspendret: Answer;
  /** What its runtime suspend answers. */
  readonly rpmret: Answer;
  /** How many managed actions a probe registers. */
  readonly devm: number;
  readonly noprobe: boolean;
  readonly noids: boolean;
  readonly noremove: boolean;
  readonly shutdown: boolean;
  readonly pm: boolean;
  readonly legacypm: boolean;
  readonly suppress: boolean;
  readonly async: boolean;
  readonly block: boolean;
  /** A file that devices have while they are bound to it; it reads as its own name. */
  readonly attr: string | undefined;
}

interface DeviceArgument {
  readonly device: string;
}

interface DriverArgument {
  readonly driver: string;
}

interface BusNames {
  readonly driverName: string;
  readonly deviceName: string;
}

interface LinkEnds {
  readonly consumer: string;
  readonly supplier: string;
}

export const RPM_CALLS = ["enable", "disable", "get", "put", "suspend", "resume", "forbid", "allow"] as const;
export type RpmCall = (typeof RPM_CALLS)[number];
export type PowerLevel = "freezer" | "devices" | "platform" | "processors" | "core";

/** Every command of the scenario language, with its arguments. */
export interface CommandArguments {
  readonly parent: { readonly parent: string };
  readonly unparent: { readonly parent: string };
  readonly device: DeviceDeclaration;
  readonly init: DeviceArgument;
  readonly add: DeviceArgument & { readonly modname: string | undefined };
  readonly create: DeviceArgument & { readonly modname: string | undefined };
  readonly destroy: DeviceArgument;
  readonly delete: DeviceArgument;
  readonly uninit: DeviceArgument;
  readonly get: DeviceArgument;
  readonly put: DeviceArgument;
  readonly show: DeviceArgument;
  readonly find: { readonly deviceName: string };
  readonly walk: { readonly after: string | undefined };
  readonly driver: DriverDeclaration;
  readonly register: DriverArgument;
  readonly unregister: DriverArgument;
  readonly unblock: DriverArgument;
  readonly bind: BusNames;
  readonly unbind: BusNames;
  readonly autoprobe: { readonly on: boolean };
  readonly rescan: { readonly deviceName: string };
  readonly reuevent: { readonly deviceName: string; readonly action: string };
  readonly irq: DeviceArgument & { readonly call: "add" | "remove"; readonly irq: number };
  readonly write: { readonly path: string; readonly value: string };
  readonly ls: { readonly path: string };
  readonly cat: { readonly path: string };
  readonly readlink: { readonly path: string };
  readonly deferred: object;
  readonly devlink: LinkEnds & {
    readonly pm: boolean;
    /** When the link goes by itself; `never`: it is stateless, and `undevlink` takes it away. */
    readonly until: "consumer unbind" | "supplier unbind" | "never";
  };
  readonly undevlink: LinkEnds;
  readonly rpm: DeviceArgument & { readonly call: RpmCall };
  readonly power: { readonly level: PowerLevel };
  readonly shutdown: object;
  readonly bg: { readonly command: Command };
  readonly settle: object;
  readonly log: { readonly text: string };
}

export type CommandName = keyof CommandArguments;

/** One line of a scenario. */
export interface CommandOf<K extends CommandName> {
  readonly kind: K;
  readonly args: CommandArguments[K];
  /** Where it stands, counted from 1. */
  readonly line: number;
  /** How traces name it: the command and its arguments, without the options. */
  readonly label: string;
}

export type Command = { [K in CommandName]: CommandOf<K> }[CommandName];
