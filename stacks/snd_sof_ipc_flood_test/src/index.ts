export { driver } from "./driver.ts";
export { type FloodResult, formatResult } from "./flood.ts";
