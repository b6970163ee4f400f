import { z } from "zod";
import type { SnapshotPart } from "auxbus";

// Nothing is compiled from text at run time.
z.config({ jitless: true });

/** What a snapshot file says that it is. */
export const FORMAT = "auxbus-snapshot";
export const VERSION = 1;

const list = <S extends z.ZodType>(schema: S) => z.array(schema).readonly();

/** What could disturb a terminal stands in no file, but in the contents of files, which are shown with care. */
const NAME = /^[^\p{Cc}]*$/u;
const text = (most: number) => z.string().max(most).regex(NAME, "it has control characters");
const name = () => text(256).min(1);
const path = () => text(4096).min(1);
/** Text for people, in one line. */
const words = () => z.string().max(16_384).overwrite(inOneLine);
const code = () =>
  z
    .string()
    .max(32)
    .regex(/^[A-Z_0-9]+$/);

/** Text for people as a file has it: what lines and columns are made of is a space, other control characters do nothing. */
export function inOneLine(words: string): string {
  return words
    .replaceAll(/[\n\t]+/g, " ")
    .replaceAll(/\p{Cc}/gu, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

const FailureSchema = z
  .strictObject({
    code: code(),
    message: words(),
  })
  .meta({ id: "Failure", description: "why it could not be read" });

const NodeSchema = z
  .union([
    z.string().meta({ description: "the content of a file that can only be read" }),
    z.strictObject({
      value: z.string().optional().meta({ description: "what was in the file; left out: it could not be read" }),
      writable: z.literal(true).optional(),
      readable: z.literal(false).optional().meta({ description: "it can only be written" }),
      length: z.int().optional().meta({ description: "of a value that has been cut: how many characters it had" }),
      binary: z.literal(true).optional().meta({ description: "it is no text, so its value is left out" }),
      secret: z.literal(true).optional().meta({ description: "it is a password or a key, which nobody has read" }),
      error: FailureSchema.optional(),
    }),
    z.strictObject({ link: path().meta({ description: "where it leads, below /sys" }) }),
    z.strictObject({ folder: z.literal(true) }),
  ])
  .meta({ id: "Node", description: "a file, a link or a folder" });

const FolderSchema = z.record(name(), NodeSchema).meta({ id: "Folder" });

const DeviceSchema = z.strictObject({
  path: path().startsWith("/devices/"),
  name: name(),
  parent: path().nullable(),
  bus: name().nullable(),
  driver: name().nullable(),
  module: name().nullable(),
  state: z.enum(["bound", "unbound", "deferred", "probing"]),
  reason: words().nullable(),
  modalias: text(4096).nullable(),
  version: text(256).nullable(),
  runtimeStatus: text(64),
});

const ends = list(z.strictObject({ device: name(), state: text(64) }));

const ExplanationSchema = z.strictObject({
  device: name(),
  path: path(),
  state: z.enum(["new", "added", "deleting", "deleted", "released"]),
  driver: name().nullable(),
  summary: words(),
  modalias: text(4096).optional(),
  driverOverride: name().nullable(),
  drivers: list(
    z.strictObject({
      driver: text(256).meta({ description: "empty: that of a module that is not loaded" }),
      module: text(256),
      verdict: z.enum(["bound", "probing", "failed", "refused", "deferred", "not tried"]),
      code: code().optional(),
      reason: words(),
    }),
  ),
  waitsFor: words().nullable(),
  suppliers: ends,
  consumers: ends,
  references: z.strictObject({ count: z.number(), holders: z.record(text(4096), z.number()) }),
});

/** The lists of a view at one moment. */
const ListsSchema = z.strictObject({
  seqnum: z.number(),
  buses: list(z.strictObject({ name: name(), autoprobe: z.boolean() })),
  devices: list(DeviceSchema).meta({ description: "parents before their children" }),
  drivers: list(z.strictObject({ bus: name(), name: name(), module: text(256), devices: list(path()) })),
  links: list(z.strictObject({ consumer: path(), supplier: path(), state: text(64) })),
} satisfies Record<SnapshotPart | "seqnum", z.ZodType>);

/** All that a snapshot file has in it. */
export const SnapshotFileSchema = z
  .strictObject({
    $schema: text(4096).optional(),
    format: z.literal(FORMAT),
    version: z.literal(VERSION),
    time: z.number().meta({ description: "when it was taken, in milliseconds since 1970" }),
    tool: words().meta({ description: "what has taken it, and its version" }),
    source: words().meta({ description: "whose view it is" }),
    machine: words().meta({ description: "the name of the machine that it was taken on" }),
    masked: z.boolean().meta({ description: "addresses, serial numbers and names of machines are replaced" }),
    snapshot: ListsSchema,
    explanations: z
      .record(path(), ExplanationSchema)
      .meta({ description: "why devices are as they are, by their paths" }),
    sysfs: z
      .record(path(), FolderSchema)
      .meta({ description: "folders below /sys, by their paths without first slash" }),
    affinities: z
      .record(
        z.string().max(16).regex(/^\d+$/),
        z
          .string()
          .max(4096)
          .regex(/^[\d,-]*$/),
      )
      .default({})
      .meta({ description: "on which processors interrupts may run, as 0-3,8, by their numbers" }),
    failures: z
      .record(path(), FailureSchema)
      .meta({ description: "folders and explanations that could not be read, by path" }),
  })
  .meta({ title: "A snapshot of auxbus" });

export type SnapshotFile = z.infer<typeof SnapshotFileSchema>;
export type SnapshotFolder = z.infer<typeof FolderSchema>;
export type SnapshotNode = z.infer<typeof NodeSchema>;
export type Failure = z.infer<typeof FailureSchema>;

/** The JSON schema of snapshot files. */
export function snapshotSchema(): object {
  return z.toJSONSchema(SnapshotFileSchema, { io: "input" });
}
