export type { components, paths } from "./api.ts";
export { HostClient, type HostEvent } from "./client.ts";
export { fetchTransport } from "./fetch-transport.ts";
export { JOURNAL_KINDS } from "../journal-kinds.ts";
export { RemoteView } from "./remote-view.ts";
export type { HostResponse, Transport, TransportRequest } from "./transport.ts";
