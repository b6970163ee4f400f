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
export { parseScenario, type Scenario } from "./scenario.ts";
export { ScenarioError } from "./scenario-error.ts";
export { runScenario, type RunScenarioOptions } from "./scenario-runner.ts";
export { promisesSettled } from "./settle.ts";
export {
  compareTraces,
  comparisonMode,
  type ComparisonMode,
  type TraceComparison,
  type TraceDifference,
} from "./trace-compare.ts";
export { type DiffLine, diffLines, formatComparison } from "./trace-diff.ts";
export { isKernelLog, traceLines } from "./trace-line.ts";
export { type Deferral, StuckError, VirtualRuntime, type VirtualRuntimeOptions } from "./virtual-runtime.ts";
export { type BrokenViewPromise, checkView, VIEW_PROMISES, type ViewPromise } from "./view/check-view.ts";
