export { plugConnectX, type PlugConnectXOptions, type PluggedConnectX, plugVf } from "./plug-connectx.ts";
