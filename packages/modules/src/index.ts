export type { CrashPolicyOptions, Parked } from "./isolation/crash-policy.ts";
export {
  type HostStatus,
  type IsolatedRunning,
  type IsolatedStart,
  Isolation,
  type IsolationOptions,
} from "./isolation/isolation.ts";
export type { HostKind, HostLimits } from "./isolation/start-host.ts";
