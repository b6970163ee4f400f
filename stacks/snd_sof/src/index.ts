export { enableClientPm, keepDspAwake, refuseCrashed, withDspAwake } from "./debugfs-client.ts";
export { type SofClient, type SofProbesClient, type SofProbesHostOps } from "./client-api.ts";
export type { SofClientData } from "./client.ts";
export { FW_STATES, type FwState } from "./fw-state.ts";
export type { Heard } from "./event-handlers.ts";
export { ipc3Command, ipc3Error, ipc3Message, ipc3Words, MAX_PAYLOAD } from "./ipc3.ts";
export { SofDevice, type SofDeviceOptions } from "./sof-device.ts";
export type { SofDspOps, SofInterrupt } from "./dsp-ops.ts";
