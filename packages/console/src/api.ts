import type { components } from "@auxbus/host/client";

type Schemas = components["schemas"];

export type Device = Schemas["Device"];
export type Driver = Schemas["Snapshot"]["drivers"][number];
export type Link = Schemas["Snapshot"]["links"][number];
export type Bus = Schemas["Snapshot"]["buses"][number];
export type Parked = Schemas["Parked"];
export type Snapshot = Schemas["Snapshot"];
export type Lookup = Schemas["Lookup"];
export type Entry = Schemas["Entry"];
export type Status = Schemas["Status"];
export type Explanation = Schemas["Explanation"];
export type SysfsEntry = Schemas["SysfsEntry"];
export type ModuleStatus = Schemas["ModuleStatus"];
export type ModuleInfo = Schemas["ModuleInfo"];
export type WorkerHost = Schemas["Hosts"]["hosts"][number];
