import fc from "fast-check";
import { expect, test } from "vitest";
import { NameTable } from "./name-table.ts";

test("it is as a map, whatever comes, goes and comes back", () => {
  const step = fc.record({ name: fc.nat(40), times: fc.integer({ min: 1, max: 400 }) });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      const table = new NameTable<{ readonly id: number }>();
      const model = new Map<string, { readonly id: number }>();
      let fresh = 0;
      for (const { name, times } of steps) {
        // Names that never come back, to have the table drop what is gone.
        for (let i = 0; i < times; i++) {
          const once = `once.${fresh++}`;
          table.set(once, { id: fresh });
          table.delete(once);
        }
        const key = `m.x.${name}`;
        if (model.delete(key)) table.delete(key);
        else {
          const thing = { id: fresh };
          model.set(key, thing);
          table.set(key, thing);
        }
        expect(table.size).toBe(model.size);
        for (let i = 0; i <= 40; i++) expect(table.get(`m.x.${i}`)).toBe(model.get(`m.x.${i}`));
        expect(table.get(`once.${fresh - 1}`)).toBeUndefined();
      }
    }),
    { seed: 1, numRuns: 60 },
  );
});

test("more names than it keeps come and go, all at once", () => {
  const table = new NameTable<{ readonly id: number }>();
  const name = (id: number): string => `m.x.${id}`;
  for (let round = 0; round < 4; round++) {
    for (let id = 0; id < 5000; id++) table.set(name(id), { id });
    expect(table.size).toBe(5000);
    for (let id = 0; id < 5000; id++) expect(table.get(name(id))).toEqual({ id });
    for (let id = 4999; id >= 0; id--) table.delete(name(id));
    expect(table.size).toBe(0);
    for (let id = 0; id < 5000; id++) expect(table.get(name(id))).toBeUndefined();
  }
});
