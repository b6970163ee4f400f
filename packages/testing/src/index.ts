export type {
  Answer,
  Command,
  CommandArguments,
  CommandName,
  CommandOf,
  DeviceDeclaration,
  DriverDeclaration,
  PowerLevel,
  RpmCall,
} from "./command.ts";
export { reproduce, type ReproduceOptions, type Reproduction } from "./reproduce.ts";
export { parseScenario, type Scenario } from "./scenario.ts";
export { ScenarioError } from "./scenario-error.ts";
export { runScenario, type RunScenarioOptions } from "./scenario-runner.ts";
export { promisesSettled } from "./settle.ts";
export { type DiffLine, diffLines, formatDifference } from "./trace-diff.ts";
export { isKernelLog, traceLines } from "./trace-line.ts";
export {
  type Deferral,
  type Schedule,
  StuckError,
  VirtualRuntime,
  type VirtualRuntimeOptions,
} from "./virtual-runtime.ts";
export { type BrokenViewPromise, checkView, VIEW_PROMISES, type ViewPromise } from "./view/check-view.ts";
