export { plugConnectX, type PlugConnectXOptions, type PluggedConnectX, plugVf } from "./plug-connectx.ts";
export { plugIntel, type PlugIntelOptions, type PluggedIntel } from "./plug-intel.ts";
