export { type IntelEvent, IntelNic, type IntelModel, IntelVport, OICR, type ResetLevel } from "./intel-nic.ts";
export { intelKnobs } from "./knobs.ts";
export { RDMA_STAGES, RdmaBlock, type RdmaStage } from "./rdma-block.ts";
