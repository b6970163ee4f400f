import { z } from "@hono/zod-openapi";
import { SNAPSHOT_PARTS, UEVENT_ACTIONS } from "auxbus";
import { JOURNAL_KINDS } from "../journal-kinds.ts";
import { SETTING_KINDS } from "../store/protocol.ts";

// Nothing is compiled from text at run time.
z.config({ jitless: true });

// What the API takes and gives. The types of the client come from here, by way of the OpenAPI document.

const list = <S extends z.ZodType>(schema: S) => z.array(schema).readonly();
const text = () => z.string();
const name = () => z.string().min(1).max(256);
/** Milliseconds since 1970. */
const time = () => z.number();
const path = () => z.string().min(1).max(4096);

export const ErrorSchema = z
  .object({
    error: z.object({
      code: text().openapi({ description: "the name of an errno", example: "EBUSY" }),
      message: text(),
      device: text().optional(),
      driver: text().optional(),
    }),
  })
  .openapi("Error");

export const DoneSchema = z
  .object({
    journaled: z.boolean().openapi({ description: "false: it is done, but could not be written down; see /v1/status" }),
  })
  .openapi("Done");

// Looking.

export const DeviceSchema = z
  .object({
    path: text(),
    name: text(),
    parent: text().nullable(),
    bus: text().nullable(),
    driver: text().nullable(),
    module: text().nullable(),
    state: z.enum(["bound", "unbound", "deferred", "probing"]),
    reason: text().nullable(),
    modalias: text().nullable(),
    version: text().nullable(),
    runtimeStatus: text(),
  })
  .openapi("Device");

export const ParkedSchema = z
  .object({
    device: text().openapi({ description: "path of the device" }),
    reason: text(),
    by: z.enum(["operator", "crash"]),
    since: time(),
  })
  .openapi("Parked");

export const SnapshotSchema = z
  .object({
    seqnum: z.number(),
    cursor: z.number().openapi({ description: "the last journal entry before it" }),
    buses: list(z.object({ name: text(), autoprobe: z.boolean() })),
    devices: list(DeviceSchema),
    drivers: list(z.object({ bus: text(), name: text(), module: text(), devices: list(text()) })),
    links: list(z.object({ consumer: text(), supplier: text(), state: text() })),
    parked: list(ParkedSchema),
  })
  .openapi("Snapshot");

export const PARTS = [...SNAPSHOT_PARTS, "parked"] as const;

export const LookupSchema = z.object({ cursor: z.number(), devices: list(DeviceSchema) }).openapi("Lookup");

export const ExplanationSchema = z
  .object({
    device: text(),
    path: text(),
    state: z.enum(["new", "added", "deleting", "deleted", "released"]),
    driver: text().nullable(),
    summary: text(),
    modalias: text().optional(),
    driverOverride: text().nullable(),
    drivers: list(
      z.object({
        driver: text(),
        module: text(),
        verdict: z.enum(["bound", "probing", "failed", "refused", "deferred", "not tried"]),
        code: text().optional(),
        reason: text(),
      }),
    ),
    waitsFor: text().nullable(),
    suppliers: list(z.object({ device: text(), state: text() })),
    consumers: list(z.object({ device: text(), state: text() })),
    references: z.object({ count: z.number(), holders: z.record(z.string(), z.number()) }),
  })
  .openapi("Explanation");

export const SysfsEntrySchema = z
  .object({
    name: text(),
    kind: z.enum(["file", "folder", "link"]),
    readable: z.boolean(),
    writable: z.boolean(),
    target: text().optional().openapi({ description: "where a link leads, below /sys" }),
    value: text().optional(),
    error: z.object({ code: text(), message: text() }).optional(),
  })
  .openapi("SysfsEntry");

export const SysfsSchema = z
  .discriminatedUnion("kind", [
    z.object({ kind: z.literal("folder"), entries: list(SysfsEntrySchema) }),
    z.object({
      kind: z.literal("file"),
      readable: z.boolean(),
      writable: z.boolean(),
      value: text().nullable(),
    }),
  ])
  .openapi("Sysfs");

// The journal.

const entry = <K extends string, D extends z.ZodRawShape>(kind: K, data: D) =>
  z.object({
    id: z.number(),
    time: time(),
    kind: z.literal(kind),
    device: text().nullable().openapi({ description: "path of the device" }),
    driver: text().nullable(),
    data: z.object(data),
  });

export const EntrySchema = z
  .discriminatedUnion("kind", [
    entry("uevent", {
      seqnum: z.number(),
      action: z.enum(UEVENT_ACTIONS),
      devpath: text(),
      subsystem: text().nullable(),
      env: z.record(z.string(), z.string()),
    }),
    entry("probe", { module: text(), result: text(), message: text().nullable(), ms: z.number() }),
    entry("remove", { module: text(), ms: z.number() }),
    entry("pm", { status: text() }),
    entry("crash", { module: text(), host: text(), why: text(), parked: z.boolean() }),
    entry("operation", {
      who: text(),
      role: text(),
      op: text(),
      args: z.record(z.string(), z.unknown()),
      result: text(),
      message: text().nullable(),
      ms: z.number(),
    }),
    entry("module", { module: text(), change: z.enum(["loaded", "unloaded", "upgraded"]), version: text() }),
    entry("log", { level: z.enum(["info", "warn", "error"]), message: text() }),
    entry("host", {
      event: z.enum(["start", "stop", "reload"]),
      version: text(),
      pid: z.number(),
      message: text().optional(),
    }),
    entry("gap", { lost: z.number(), why: text() }),
  ])
  .openapi("Entry");

export const JournalSchema = z
  .object({
    entries: list(EntrySchema),
    oldest: z.number().nullable(),
    newest: z.number().nullable(),
    more: z.boolean().openapi({ description: "there are more on the far side" }),
  })
  .openapi("Journal");

export const StatusSchema = z
  .object({
    api: z.literal(1),
    host: text(),
    version: text(),
    pid: z.number(),
    node: text(),
    started: time(),
    uptime: z.number().openapi({ description: "milliseconds" }),
    role: z.enum(["reader", "operator"]),
    seqnum: z.number(),
    cursor: z.number(),
    suspended: z.boolean(),
    ready: z.boolean().openapi({ description: "all modules are loaded" }),
    problems: list(text()).openapi({ description: "what went wrong at the start or at the last reload" }),
    journal: z.object({
      state: z.enum(["ok", "failing"]),
      reason: text().nullable(),
      entries: z.number(),
      oldest: z.number().nullable(),
      lost: z.number(),
    }),
    devices: z.number(),
    drivers: z.number(),
    modules: z.number(),
    view: z
      .object({
        about: text().openapi({ description: "where it is from, and of when" }),
        live: z.boolean().openapi({ description: "something can happen there" }),
      })
      .optional()
      .openapi({ description: "what answers is no host: it has no modules, settings or verbs" }),
  })
  .openapi("Status");

export const SettingsSchema = z
  .object({
    settings: list(
      z.object({
        kind: z.enum(SETTING_KINDS),
        key: text(),
        value: z.unknown(),
        by: text(),
        time: time(),
      }),
    ),
  })
  .openapi("Settings");

// Modules.

const value = z.union([z.string(), z.number(), z.boolean()]);

export const ModuleStatusSchema = z
  .object({
    name: text(),
    version: text(),
    state: z.enum(["loading", "live", "unloading"]),
    isolation: z.enum(["none", "worker", "process"]),
    refs: z.number(),
    usedBy: list(text()),
    params: z.record(z.string(), value),
  })
  .openapi("ModuleStatus");

export const ModuleInfoSchema = z
  .object({
    name: text(),
    packageName: text(),
    version: text(),
    description: text(),
    folder: text(),
    entry: text().nullable(),
    aliases: list(text()),
    softdep: z.object({ pre: list(text()), post: list(text()) }),
    params: z
      .record(
        z.string(),
        z.object({
          type: z.enum(["bool", "int", "uint", "number", "string"]),
          default: value.optional(),
          description: text().optional(),
          writable: z.boolean().optional(),
        }),
      )
      .nullable(),
    isolation: z.enum(["none", "worker", "process"]),
    depends: list(text()),
  })
  .openapi("ModuleInfo");

export const ModulesSchema = z.object({ modules: list(ModuleStatusSchema) }).openapi("Modules");

export const InstalledSchema = z
  .object({ modules: list(ModuleInfoSchema), blacklist: list(text()), problems: list(text()) })
  .openapi("Installed");

export const NamesSchema = z.object({ modules: list(text()) }).openapi("ModuleNames");

export const HostsSchema = z
  .object({
    hosts: list(
      z.object({
        name: text().nullable(),
        kind: z.enum(["worker", "process"]),
        pid: z.number().nullable(),
        modules: list(text()),
        devices: list(text()),
        crashes: z.number(),
      }),
    ),
    parked: list(ParkedSchema),
  })
  .openapi("Hosts");

export const UpgradedSchema = DoneSchema.extend({ devices: list(text()) }).openapi("Upgraded");
export const DepmodSchema = DoneSchema.extend({ modules: z.number() }).openapi("Depmod");

// Verbs.

export const VerbsSchema = z
  .object({
    verbs: list(
      z.object({
        name: text(),
        summary: text(),
        params: list(
          z.object({
            name: text(),
            type: z.enum(["string", "number", "boolean"]),
            positional: z.boolean(),
            required: z.boolean(),
            description: text(),
            choices: list(text()).optional(),
          }),
        ),
      }),
    ),
  })
  .openapi("Verbs");

export const ValuesSchema = z.object({ values: list(text()) }).openapi("Values");

// What is asked.

const whole = () => z.coerce.number().int().min(0).max(Number.MAX_SAFE_INTEGER).openapi({ type: "integer" });
const kinds = () =>
  z
    .string()
    .max(256)
    .transform((names) => names.split(",").filter((word) => word !== ""))
    .pipe(z.array(z.enum(JOURNAL_KINDS)))
    .openapi({ type: "string", description: `some of ${JOURNAL_KINDS.join(", ")}, with commas` });

export const SnapshotQuery = z.object({
  parts: z
    .string()
    .max(256)
    .transform((names) => names.split(",").filter((word) => word !== ""))
    .pipe(z.array(z.enum(PARTS)))
    .optional()
    .openapi({ type: "string", description: `some of ${PARTS.join(", ")}, with commas; the others are empty` }),
});

export const PathQuery = z.object({ path: path() });

export const SysfsQuery = z.object({
  path: z.string().max(4096).openapi({ description: "below /sys" }),
  values: z.enum(["true", "false"]).optional().openapi({ description: "read the files of a folder, too" }),
});

export const JournalQuery = z.object({
  after: whole().optional().openapi({ description: "only entries with a greater id" }),
  before: whole().optional().openapi({ description: "only entries with a smaller id" }),
  since: z.coerce.number().optional().openapi({ type: "number", description: "milliseconds since 1970" }),
  until: z.coerce.number().optional().openapi({ type: "number" }),
  device: path().optional().openapi({ description: "name or path" }),
  driver: name().optional(),
  module: name().optional(),
  kind: kinds().optional(),
  level: z.enum(["info", "warn", "error"]).optional().openapi({ description: "of log entries: this or worse" }),
  text: z.string().max(256).optional(),
  limit: z.coerce
    .number()
    .int()
    .min(1)
    .max(1000)
    .optional()
    .openapi({ type: "integer", description: "at most so many (200)" }),
  order: z.enum(["asc", "desc"]).optional().openapi({ description: "by id; the newest first if left out" }),
});

export const EventsQuery = z.object({ after: whole().optional(), kind: kinds().optional() });

export const LookupBody = z.object({ paths: z.array(path()).max(1000) });
export const WriteBody = z.object({ path: path(), value: z.string().max(65_536) });
export const BindBody = z.object({ bus: name(), driver: name(), device: name() });
export const DeviceBody = z.object({ bus: name(), device: name() });
export const OverrideBody = z.object({
  bus: name(),
  device: name(),
  driver: name().nullable().openapi({ description: "null: any that matches" }),
});
export const ParkBody = z.object({ device: path(), reason: z.string().max(1024).optional() });
export const UnparkBody = z.object({ device: path() });
export const LoadBody = z.object({ params: z.record(z.string(), z.string()).optional() });
export const UnloadBody = z.object({
  recursive: z.boolean().optional().openapi({ description: "and what was loaded for it and nobody else needs" }),
});
export const ParamBody = z.object({ value: z.string().max(65_536) });
export const VerbBody = z.object({ name: name(), args: z.record(z.string(), value) });
export const ModuleParam = z.object({ name: name() });
export const ModuleParamParam = z.object({ name: name(), param: name() });
export const ResolveQuery = z.object({ modalias: z.string().min(1).max(1024) });
export const CompleteQuery = z.object({ name: name(), param: name() });
