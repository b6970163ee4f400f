import { BusError } from "auxbus";
import { expect, test } from "vitest";
import type { Entry } from "../../../packages/console/src/api.ts";
import { JournalWindow, type Page } from "../../../packages/console/src/journal-window.ts";
import { Model } from "../../../packages/console/src/model.ts";
import { snapshot, uevent } from "./entries.ts";

/** A journal of which pages of three are read, and a page that follows it. */
class Rig {
  readonly model = new Model();
  readonly journal: Entry[] = [];
  readonly asked: (number | undefined)[] = [];
  failure: BusError | null = null;
  changes = 0;
  readonly window = new JournalWindow(this.model, {
    read: async (before) => {
      this.asked.push(before);
      if (this.failure !== null) throw this.failure;
      return this.#page(before);
    },
    fits: ({ device }) => device === "/devices/a",
    changed: () => void this.changes++,
  });

  constructor() {
    this.model.replace(snapshot(0));
  }

  #page(before = Infinity): Page {
    const fitting = this.journal.filter(({ id, device }) => id < before && device === "/devices/a").toReversed();
    return { entries: fitting.slice(0, 3), more: fitting.length > 3 };
  }

  happens(id: number, device = "/devices/a"): void {
    const event = uevent(id, "change", device);
    this.journal.push(event);
    this.model.take(event);
    this.model.changed();
    this.window.follow();
  }

  get ids(): number[] {
    return this.window.entries.map(({ id }) => id);
  }
}

test("first the newest page, then older ones, and what happens meanwhile at the end", async () => {
  const rig = new Rig();
  for (let id = 1; id <= 7; id++) rig.journal.push(uevent(id, "change", "/devices/a"));
  await rig.window.older();
  expect(rig.ids).toEqual([5, 6, 7]);
  rig.happens(8);
  rig.happens(9, "/devices/b");
  rig.happens(10);
  await rig.window.older();
  expect(rig.ids).toEqual([2, 3, 4, 5, 6, 7, 8, 10]);
  expect(rig.window.more).toBe(true);
  await rig.window.older();
  expect(rig.ids).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 10]);
  expect(rig.window.more).toBe(false);
  await rig.window.older();
  expect(rig.asked).toEqual([undefined, 5, 2]);
});

test("what happens while the first page is read is there once", async () => {
  const rig = new Rig();
  rig.happens(1);
  const read = rig.window.older();
  rig.happens(2);
  await read;
  expect(rig.ids).toEqual([1, 2]);
  expect(rig.changes).toBe(1);
});

test("asked twice at a time, a page is read once", async () => {
  const rig = new Rig();
  rig.happens(1);
  await Promise.all([rig.window.older(), rig.window.older()]);
  expect(rig.asked).toEqual([undefined]);
});

test("a page that cannot be read is told of, and can be asked for again", async () => {
  const rig = new Rig();
  rig.happens(1);
  rig.failure = new BusError("EIO", "the disk is gone");
  await rig.window.older();
  expect(rig.window.error).toBe("the disk is gone (EIO)");
  rig.failure = null;
  await rig.window.older();
  expect(rig.window.error).toBe(null);
  expect(rig.ids).toEqual([1]);
});

test("when the journal does not go on where it was, it is read anew", async () => {
  const rig = new Rig();
  rig.happens(1);
  await rig.window.older();
  rig.journal.length = 0;
  rig.model.forgetEntries();
  rig.model.replace(snapshot(0));
  rig.journal.push(uevent(1, "add", "/devices/a"), uevent(2, "bind", "/devices/a"));
  rig.happens(3);
  await rig.window.older();
  expect(rig.ids).toEqual([1, 2, 3]);
});
