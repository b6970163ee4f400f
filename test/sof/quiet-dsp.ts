import { ipc3Message, ipc3Words, type SofDevice, type SofDspOps, type SofInterrupt } from "@auxbus/snd_sof";

/** A platform whose DSP boots and answers at once, for tests of the core alone. */
export class QuietDsp implements SofDspOps {
  #handler: ((interrupt: SofInterrupt) => void) | null = null;
  /** What the platform publishes, if a test wants it to. */
  platformClients: { register(sof: SofDevice): Promise<void>; unregister(sof: SofDevice): Promise<void> } | null = null;

  powerUp(): void {}
  powerDown(): void {}
  loadFirmware(): void {}

  run(): void {
    this.interrupt({ type: "ready", version: "test", abi: 3 });
  }

  sendMessage(message: Uint8Array): void {
    this.interrupt({ type: "reply", message: ipc3Message(ipc3Words(message)[1] ?? 0, [0]) });
  }

  crashed(): boolean {
    return false;
  }

  setInterruptHandler(handler: ((interrupt: SofInterrupt) => void) | null): void {
    this.#handler = handler;
  }

  interrupt(interrupt: SofInterrupt): void {
    this.#handler?.(interrupt);
  }

  async registerIpcClients(sof: SofDevice): Promise<void> {
    await this.platformClients?.register(sof);
  }

  async unregisterIpcClients(sof: SofDevice): Promise<void> {
    await this.platformClients?.unregister(sof);
  }
}
