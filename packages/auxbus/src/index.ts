export { flagAttribute, numberAttributes, storedText } from "./attribute-values.ts";
export { type Attribute, type AttributeGroup, type Attributes, isAttribute } from "./attributes.ts";
export { AuxiliaryBus, type CreateOptions, MATCH_NAME_BYTES } from "./auxiliary.ts";
export { AuxiliaryDevice, type AuxiliaryDeviceOptions } from "./auxiliary-device.ts";
export {
  type AuxiliaryDeviceId,
  type AuxiliaryDriver,
  type AuxiliaryDriverSpec,
  defineAuxiliaryDriver,
  defineIsolableDriver,
  type DriverHandlers,
  type IsolableDriverSpec,
  type IsolableHandlers,
  type IsolablePmOps,
} from "./auxiliary-driver.ts";
export type { Binding } from "./binding.ts";
export { Bus, type BusNotification, type RegisterOptions } from "./bus.ts";
export type {
  AnyHandlers,
  ContractName,
  Contracts,
  HandlerArgs,
  HandlerResult,
  Handlers,
  NoHandlers,
  Shared,
} from "./contract.ts";
export { DriverCore, type DriverCoreOptions, type RootDeviceOptions } from "./core.ts";
export type { DeferredProbe, DeferredProbes } from "./deferred.ts";
export { DelayedWork } from "./delayed-work.ts";
export { logOf } from "./device-log.ts";
export { Device, type DeviceOptions, type DeviceState } from "./device.ts";
export { DeviceResources } from "./devres.ts";
export { AsyncDisposer, Disposer } from "./disposer.ts";
export { type ClassOf, driverDataOf } from "./driver-data.ts";
export { type Done, Driver, type DriverCallbacks, type DriverDefinition, type DriverPmOps } from "./driver.ts";
export { BusError, type BusErrorDetails, deferProbe, type Errno, errnoOf, isErrno, toError } from "./errors.ts";
export type { DriverVerdict, Explanation } from "./explain.ts";
export { IdAllocator } from "./ids.ts";
export type {
  IsolableBinding,
  IsolableBus,
  IsolableContext,
  IsolableCore,
  IsolableDevice,
  IsolableLog,
  IsolableModule,
  RemoteShared,
} from "./isolable.ts";
export type { DeviceLink, DeviceLinkOptions, LinkState } from "./links.ts";
export type { KernelLog, LogDetails, LogLevel, LogRecord } from "./log.ts";
export { Module } from "./module.ts";
export { Mutex } from "./mutex.ts";
export {
  moduleAuxiliaryDriver,
  type ModuleContext,
  type ModuleEntry,
  type ModuleParams,
  type ParamValue,
} from "./module-entry.ts";
export type { SystemPower } from "./power.ts";
export { type Awaitable, type Remote, transfer, transferred } from "./remote.ts";
export { type CallContext, type Runtime, systemRuntime, type Timer } from "./runtime.ts";
export type { RuntimePm } from "./runtime-pm.ts";
export type { RuntimeStatus } from "./runtime-state.ts";
export { satisfies } from "./semver.ts";
export type { RemoteServices, ServiceName, Services, ServiceTable } from "./service.ts";
export type { Sysfs, SysfsEntry } from "./sysfs.ts";
export type { TraceRecord, Tracepoints } from "./tracepoints.ts";
export {
  type Uevent,
  isUeventAction,
  UEVENT_ACTIONS,
  type UeventAction,
  type UeventOverflow,
  type Uevents,
  type UeventStreamOptions,
} from "./uevent.ts";
export {
  type BusSnapshot,
  type BusView,
  type DeviceSnapshot,
  deviceSnapshot,
  type DriverSnapshot,
  type LinkSnapshot,
  type Snapshot,
  SNAPSHOT_PARTS,
  type SnapshotPart,
  type UeventRecord,
  type UeventsOptions,
} from "./view.ts";
