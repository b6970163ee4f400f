import { trusted } from "./client/trusted.ts";
import type { Setting, SettingKind } from "./store/protocol.ts";
import type { Store } from "./store/store.ts";

export type { Setting, SettingKind };

/** Where settings are kept. */
export type SettingsStore = Pick<Store, "settings" | "putSetting" | "deleteSetting">;

/** What operators have set, in memory, with the store behind it: a change is there when it is on the disk. */
export class Settings {
  readonly #store: SettingsStore;
  readonly #clock: () => number;
  readonly #settings = new Map<string, Setting>();
  #writing: Promise<unknown> = Promise.resolve();

  static async open(store: SettingsStore, clock: () => number): Promise<Settings> {
    return new Settings(store, clock, await store.settings());
  }

  private constructor(store: SettingsStore, clock: () => number, settings: readonly Setting[]) {
    this.#store = store;
    this.#clock = clock;
    for (const setting of settings) this.#settings.set(idOf(setting.kind, setting.key), setting);
  }

  get(kind: SettingKind, key: string): Setting | undefined {
    return this.#settings.get(idOf(kind, key));
  }

  /** By kind and key. */
  list(): readonly Setting[] {
    return [...this.#settings.values()].sort((a, b) => compare(a.kind, b.kind) || compare(a.key, b.key));
  }

  /**
   * @param value as JSON has it; what it becomes later is not set
   * @throws {BusError} `ENOSPC`, `EIO` it could not be written: all is as before
   */
  set(kind: SettingKind, key: string, value: unknown, by: string): Promise<void> {
    const text = JSON.stringify(value);
    return this.#inTurn(async () => {
      const written = trusted<unknown>(JSON.parse(text));
      const setting = { kind, key, value: written, by, time: Math.floor(this.#clock()) };
      await this.#store.putSetting(setting);
      this.#settings.set(idOf(kind, key), setting);
    });
  }

  /** @throws {BusError} as `set` */
  delete(kind: SettingKind, key: string): Promise<void> {
    return this.#inTurn(async () => {
      if (!this.#settings.has(idOf(kind, key))) return;
      await this.#store.deleteSetting(kind, key);
      this.#settings.delete(idOf(kind, key));
    });
  }

  /** What is in memory changes in the order in which it is on the disk. */
  #inTurn(fn: () => Promise<void>): Promise<void> {
    const written = this.#writing.then(fn);
    this.#writing = written.catch(() => undefined);
    return written;
  }
}

function idOf(kind: SettingKind, key: string): string {
  return `${kind} ${key}`;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
