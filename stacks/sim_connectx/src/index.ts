export { type HcaCaps } from "./caps.ts";
export { ConnectX, type ConnectXOptions } from "./card.ts";
export { COMMANDS, type CommandName, type Commands, VHCA_STATES, type VhcaState } from "./commands.ts";
export type { HcaFaults } from "./faults.ts";
export { hcaKnobs } from "./knobs.ts";
export { Hca, type HcaEvent, type HcaKind } from "./hca.ts";
