import type { SofDevice } from "./sof-device.ts";

/** What the DSP tells the core, through its platform. */
export type SofInterrupt =
  | { readonly type: "ready"; readonly version: string; /** Protocol version. */ readonly abi: number }
  | { readonly type: "reply"; readonly message: Uint8Array }
  | { readonly type: "notification"; readonly message: Uint8Array };

/** What a platform (the PCI glue) does for the core. */
export interface SofDspOps {
  /** Powers the DSP up. */
  powerUp(): void;
  powerDown(): void;
  /** Copies the firmware into the DSP. Fails by throwing. */
  loadFirmware(): void;
  /** Starts the firmware; "ready" comes by interrupt. */
  run(): void;
  /** Rings the mailbox. */
  sendMessage(message: Uint8Array): void;
  /** Whether the DSP's registers say that the firmware has crashed. */
  crashed(): boolean;
  /** Where the core wants to hear interrupts; null: nowhere. */
  setInterruptHandler(handler: ((interrupt: SofInterrupt) => void) | null): void;
  /** Publishes the clients that only this platform has. */
  registerIpcClients?(sof: SofDevice): Promise<void>;
  unregisterIpcClients?(sof: SofDevice): Promise<void>;
}
