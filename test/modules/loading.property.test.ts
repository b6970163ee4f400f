// Random modules that need one another, loaded and unloaded by several at once.
import { DriverCore, errnoOf } from "auxbus";
import { ModuleIndex, type ModuleInfo, Modules } from "@auxbus/modules";
import fc from "fast-check";
import { expect, test } from "vitest";
import { Shelf, since, told } from "./shelf.ts";

const NAMES = ["m0", "m1", "m2", "m3", "m4", "m5"] as const;

/** Takes a turn of the event loop, so that others get in between; fails when it is told to. */
const code = (name: string): string => `
const turn = () => new Promise((resolve) => setImmediate(resolve));
export async function init({ params }) {
  await turn();
  if (params.fail) throw Object.assign(new Error("as it was told"), { code: "EIO" });
  globalThis.auxbusTest.push("init ${name}");
}
export async function exit() { await turn(); globalThis.auxbusTest.push("exit ${name}"); }`;

type Op = {
  readonly op: "modprobe" | "rmmod" | "remove";
  readonly name: (typeof NAMES)[number];
  readonly fail: boolean;
};

const op: fc.Arbitrary<Op> = fc.record({
  op: fc.constantFrom("modprobe", "modprobe", "rmmod", "remove"),
  name: fc.constantFrom(...NAMES),
  fail: fc.boolean().map((fail) => fail),
});

/** What each module depends on; circles are possible. */
const graph = fc.tuple(...NAMES.map(() => fc.subarray([...NAMES], { maxLength: 2 })));

test("init and exit alternate, nothing is there without what it needs, use counts are right, and all goes in the end", async () => {
  const shelf = new Shelf(
    ...NAMES.map((name) => ({ name, code: code(name), auxbus: { params: { fail: { type: "bool" } } } })),
  );
  const found = await shelf.index();
  await fc.assert(
    fc.asyncProperty(
      graph,
      fc.array(fc.array(op, { minLength: 1, maxLength: 4 }), { maxLength: 8 }),
      async (depends, rounds) => {
        const infos = NAMES.map((name, i): ModuleInfo => {
          const info = found.find(name);
          if (info === undefined) throw new Error(`${name} is not on the shelf`);
          return { ...info, depends: depends[i]?.filter((other) => other !== name) ?? [] };
        });
        const modules = new Modules(new DriverCore(), { index: new ModuleIndex({ modules: infos, problems: [] }) });
        told.splice(0);
        for (const round of rounds) {
          await Promise.all(
            round.map(({ op, name, fail }) =>
              (op === "modprobe" ? modules.modprobe(name, fail ? { fail: true } : {}) : modules[op](name)).catch(
                (error: unknown) =>
                  expect(["EBUSY", "ENOENT", "EDEADLK", "EIO", "ENODEV"], String(error)).toContain(errnoOf(error)),
              ),
            ),
          );
          const loaded = modules.lsmod();
          const names = new Set(loaded.map(({ name }) => name));
          for (const { name, state, refs, usedBy } of loaded) {
            expect(state).toBe("live");
            const info = infos.find((each) => each.name === name);
            expect(
              info?.depends.every((other) => names.has(other)),
              `what ${name} needs`,
            ).toBe(true);
            const users = infos
              .filter((each) => names.has(each.name) && each.depends.includes(name))
              .map((each) => each.name);
            expect([refs, usedBy.toSorted()], `who uses ${name}`).toEqual([users.length, users.toSorted()]);
          }
          const running = new Set<string>();
          for (const [what, name = ""] of told.map((line) => line.split(" "))) {
            expect(running.has(name), `${what} ${name}`).toBe(what === "exit");
            if (what === "init") running.add(name);
            else running.delete(name);
          }
          expect(running).toEqual(names);
        }
        await modules.shutdown();
        expect(modules.lsmod()).toEqual([]);
        const balance = since().map((line) => (line.startsWith("init") ? 1 : -1));
        expect(balance.reduce<number>((sum, one) => sum + one, 0)).toBe(0);
      },
    ),
    { numRuns: 300 },
  );
});
