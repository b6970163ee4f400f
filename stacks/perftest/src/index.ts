export { connectEnds, RdmaEnd } from "./rdma-end.ts";
export { type Latency, sendLat, type SendLatOptions } from "./send-lat.ts";
export { type Bandwidth, writeBw, type WriteBwOptions } from "./write-bw.ts";
