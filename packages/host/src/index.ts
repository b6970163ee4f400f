export { apiDocument } from "./api/document.ts";
export { configSchema, defineConfig, loadConfig, parseConfig } from "./config.ts";
export { ConfigSchema, type GivenConfig, type HostConfig } from "./config-schema.ts";
export { Host, type HostOptions } from "./host.ts";
export { type Role, tokenFile, Tokens } from "./tokens.ts";
export { ViewHost, type ViewHostOptions } from "./view/view-host.ts";
