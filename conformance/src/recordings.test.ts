import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { findRecordings } from "./recordings.ts";

const FILES = {
  "examples/both.aux": "log a",
  "examples/both.trace": "WARNING: x\nrpm put d0 -> 1\n",
  "examples/both.trace-6.1": "rpm put d0 -> -EAGAIN\nolder\n",
  "examples/newer.aux": "log a",
  "examples/newer.trace": "newer\n",
  "examples/unknown.aux": "log a",
  "misuse/m.aux": "log a",
  "misuse/m.trace": "Oops: 0000\nm\n",
  "random/r.aux": "log a",
  "random/r.trace": "rpm put d0 -> 1\nb\n",
  "found/create.aux": "device d0\nbg create d0 modname=m",
  "found/create.trace": "create d0 -> ok\n",
  "found/irqs.aux": "device d0\nirq add d0 1",
  "found/irqs.trace": "irq add d0 1 -> 0\n",
};

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "auxbus-recordings-"));
  for (const [name, text] of Object.entries(FILES)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), text);
  }
});

afterEach(async () => {
  await rm(folder, { recursive: true });
});

async function expected(version: string): Promise<Record<string, readonly string[] | undefined>> {
  const recordings = await findRecordings([folder], { version });
  return Object.fromEntries(recordings.map((each) => [relative(folder, each.path), each.expected]));
}

test("7.3 has to be as it was recorded", async () => {
  expect(await expected("7.3.4+deb13-amd64")).toEqual({
    "examples/both.aux": ["rpm put d0 -> 1"],
    "examples/newer.aux": ["newer"],
    "examples/unknown.aux": undefined,
    "found/create.aux": ["create d0 -> ok"],
    "found/irqs.aux": ["irq add d0 1 -> 0"],
    "misuse/m.aux": ["m"],
    "random/r.aux": ["rpm put d0 -> 1", "b"],
  });
});

test("6.1 has recordings of its own, and answers the others as 7.3, but for what is known", async () => {
  expect(await expected("6.1.0-56-amd64")).toEqual({
    "examples/both.aux": ["rpm put d0 -> -EAGAIN", "older"],
    "examples/newer.aux": ["newer"],
    "examples/unknown.aux": undefined,
    "misuse/m.aux": undefined,
    "random/r.aux": ["rpm put d0 -> -EAGAIN", "b"],
  });
});

test("another kernel is compared with 7.3 in what it has", async () => {
  expect(await expected("6.12.9")).toEqual({
    "examples/both.aux": ["rpm put d0 -> -EAGAIN"],
    "examples/newer.aux": ["newer"],
    "examples/unknown.aux": undefined,
    "found/irqs.aux": ["irq add d0 1 -> 0"],
    "misuse/m.aux": ["m"],
    "random/r.aux": ["rpm put d0 -> -EAGAIN", "b"],
  });
});

test("traces are written beside the scenario, those of 6.1 by themselves", async () => {
  const place = join(folder, "random/r.aux");
  expect(await findRecordings([place], { version: "6.1.192" })).toMatchObject([
    { path: place, tracePath: join(folder, "random/r.trace-6.1"), recorded: undefined },
  ]);
  expect(await findRecordings([place], { version: "8.0" })).toMatchObject([
    { path: place, tracePath: join(folder, "random/r.trace"), recorded: FILES["random/r.trace"] },
  ]);
});
