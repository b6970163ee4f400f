import { z } from "zod";

const seconds = (what: string) => z.number().positive().describe(what);
const param = z.union([z.string(), z.number(), z.boolean()]);
const name = z.string().min(1);

/** The configuration of a host, as it stands in `auxbus.config.json`. */
export const ConfigSchema = z
  .strictObject({
    $schema: z.string().optional(),
    name: z
      .string()
      .regex(/^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$/, "a name has letters, digits, _, . and -")
      .default("main")
      .describe("what the host is called: its socket and its state are found by it"),
    state: z
      .string()
      .min(1)
      .optional()
      .describe("the folder of its settings and journal, from here; else $XDG_STATE_HOME/auxbus/NAME"),
    modules: z.array(name).default([]).describe("modules to load at the start, in this order"),
    options: z.record(name, z.record(name, param)).default({}).describe("parameters of modules, by module"),
    blacklist: z.array(name).default([]).describe("modules that no alias loads"),
    autoload: z.boolean().default(true).describe("load what the modaliases of devices name"),
    isolation: z
      .record(name, z.enum(["none", "worker", "process"]))
      .default({})
      .describe("where modules run, instead of where they say; * is for all that say anything but none"),
    limits: z
      .record(
        name,
        z.strictObject({
          memory: z.number().positive().optional().describe("megabytes of JavaScript objects (256)"),
          read: z.array(z.string()).optional().describe("files and folders that a process may read"),
          write: z.array(z.string()).optional().describe("files and folders that a process may write"),
        }),
      )
      .default({})
      .describe("what the worker or process of a module may have; * is for all that are not named"),
    crash: z
      .strictObject({
        most: z.number().int().positive().optional().describe("crashes within the window until a device is parked (5)"),
        window: seconds("milliseconds that a crash counts (1,800,000)").optional(),
        separateAfter: z
          .number()
          .int()
          .positive()
          .optional()
          .describe("crashes until modules no longer share a worker (2)"),
        backoff: seconds("milliseconds before the first restart (100)").optional(),
        longestBackoff: seconds("milliseconds at most before a restart (10,000)").optional(),
      })
      .default({})
      .describe("when crashed drivers are started again, and when no longer"),
    listen: z
      .strictObject({
        socket: z
          .string()
          .min(1)
          .optional()
          .describe("path of the Unix socket; else auxbus/NAME.sock in $XDG_RUNTIME_DIR"),
        socketRole: z.enum(["operator", "reader"]).default("operator").describe("what callers at the socket may"),
        http: z
          .union([
            z.literal(false),
            z.strictObject({
              port: z.number().int().min(0).max(65_535).default(7420).describe("0: any that is free"),
              host: z.enum(["127.0.0.1", "::1"]).default("127.0.0.1"),
            }),
          ])
          .default(false)
          .describe("console and API on a port of this machine, with tokens"),
        rate: z.number().positive().default(200).describe("requests a second of each token"),
        connections: z.number().int().positive().default(256).describe("connections at a time"),
      })
      .default({ socketRole: "operator", http: false, rate: 200, connections: 256 }),
    journal: z
      .strictObject({
        entries: z.number().int().min(100).default(500_000).describe("entries that are kept at most"),
        days: z.number().positive().default(30).describe("days that entries are kept"),
      })
      .default({ entries: 500_000, days: 30 }),
  })
  .meta({ title: "auxbus host", description: "The configuration of a host that auxctl up starts" });

export type HostConfig = z.output<typeof ConfigSchema>;

/** What one writes: all that has a default may be left out. */
export type GivenConfig = z.input<typeof ConfigSchema>;
