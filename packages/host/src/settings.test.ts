import { BusError } from "auxbus";
import fc from "fast-check";
import { expect, test } from "vitest";
import { Settings, type SettingsStore } from "./settings.ts";
import type { Setting } from "./store/protocol.ts";
import { Store } from "./store/store.ts";

/** A disk that answers when the test says so. */
class SlowStore implements SettingsStore {
  readonly asked: { readonly what: string; resolve(): void; reject(error: BusError): void }[] = [];

  settings(): Promise<Setting[]> {
    return Promise.resolve([]);
  }

  putSetting({ key }: Setting): Promise<void> {
    return new Promise((resolve, reject) => this.asked.push({ what: `put ${key}`, resolve, reject }));
  }

  deleteSetting(_kind: string, key: string): Promise<void> {
    return new Promise((resolve, reject) => this.asked.push({ what: `delete ${key}`, resolve, reject }));
  }
}

/** Lets promises that can settle do so. */
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test("shows a change when it is on the disk, and changes things in order", async () => {
  const store = new SlowStore();
  const settings = await Settings.open(store, () => 7);
  const set = settings.set("param", "a", 1, "me");
  const gone = settings.delete("param", "a");
  await turn();
  expect(settings.get("param", "a")).toBeUndefined();
  expect(store.asked.map(({ what }) => what)).toEqual(["put a"]);
  store.asked[0]?.resolve();
  await set;
  expect(settings.get("param", "a")).toEqual({ kind: "param", key: "a", value: 1, by: "me", time: 7 });
  await turn();
  expect(store.asked.map(({ what }) => what)).toEqual(["put a", "delete a"]);
  store.asked[1]?.resolve();
  await gone;
  expect(settings.list()).toEqual([]);
});

test("is as before when the disk is full, and takes the next change", async () => {
  const store = new SlowStore();
  const settings = await Settings.open(store, () => 0);
  const refused = settings.set("param", "a", 1, "me");
  const next = settings.set("param", "b", 2, "me");
  await turn();
  store.asked[0]?.reject(new BusError("ENOSPC", "no room"));
  await expect(refused).rejects.toMatchObject({ code: "ENOSPC" });
  await turn();
  store.asked[1]?.resolve();
  await next;
  expect(settings.list().map(({ key }) => key)).toEqual(["b"]);
});

test("is the same after it has been opened again, whatever was set and deleted", async () => {
  const change = fc.record({
    kind: fc.constantFrom("autoprobe", "override", "blacklist", "param", "parked"),
    key: fc.constantFrom("", "a", "a b", "/devices/ä", "__proto__"),
    // What is minus zero, or undefined, JSON does not tell.
    value: fc.option(fc.jsonValue({ maxDepth: 2 }), { nil: undefined, freq: 3 }),
  });
  const store = await Store.open({ file: null, limits: { entries: 100, days: 1 } });
  await fc.assert(
    fc.asyncProperty(fc.array(change, { maxLength: 20 }), async (changes) => {
      const settings = await Settings.open(store, () => 5);
      const model = new Map<string, unknown>(settings.list().map(({ kind, key, value }) => [`${kind} ${key}`, value]));
      await Promise.all(
        changes.map(({ kind, key, value }) => {
          if (value === undefined) {
            model.delete(`${kind} ${key}`);
            return settings.delete(kind, key);
          }
          model.set(`${kind} ${key}`, JSON.parse(JSON.stringify(value)));
          return settings.set(kind, key, value, "me");
        }),
      );
      const again = await Settings.open(store, () => 6);
      expect(again.list()).toEqual(settings.list());
      expect(new Map(again.list().map(({ kind, key, value }) => [`${kind} ${key}`, value]))).toEqual(model);
      expect(again.list()).toEqual(await store.settings());
    }),
    { numRuns: 30 },
  );
  await store.close();
});
