// What only this command needs, loaded when it runs.
export { JsonReport } from "./json-report.ts";
export { replay } from "./replay.ts";
export { findScenarioFiles } from "./scenario-files.ts";
export { TextReport } from "./text-report.ts";
