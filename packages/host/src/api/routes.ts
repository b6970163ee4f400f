import { createRoute, type RouteConfig, z } from "@hono/zod-openapi";
import * as s from "./schemas.ts";

// Every path of the API, with what it takes and gives.

/** What every path can answer beside what was asked for. */
const ERRORS = {
  default: {
    content: { "application/json": { schema: s.ErrorSchema } },
    description:
      "400 something in the request is wrong; 401 no token, or a wrong one; 403 this token may not, or a page of " +
      "another site has asked; 404 there is no such thing; 409 not now; 413 the request is too long; 415 the body is " +
      "no JSON; 422 the bus or a driver has failed at it; 429 too many requests (Retry-After: seconds); 503 the host " +
      "is shutting down; 507 the disk is full, so nothing was changed",
  },
} as const;

function ok<S extends z.ZodType>(schema: S, description: string) {
  return { 200: { content: { "application/json": { schema } }, description }, ...ERRORS };
}

function body<S extends z.ZodType>(schema: S) {
  return { content: { "application/json": { schema } }, required: true } as const;
}

function get<P extends string, R extends Omit<RouteConfig, "method" | "path">>(path: P, rest: R) {
  return createRoute({ method: "get", path, ...rest });
}

function post<P extends string, R extends Omit<RouteConfig, "method" | "path">>(path: P, rest: R) {
  return createRoute({ method: "post", path, ...rest });
}

function put<P extends string, R extends Omit<RouteConfig, "method" | "path">>(path: P, rest: R) {
  return createRoute({ method: "put", path, ...rest });
}

const done = ok(s.DoneSchema, "it is done");

export const routes = {
  // Looking.
  status: get("/v1/status", { summary: "how the host is", responses: ok(s.StatusSchema, "the status") }),
  snapshot: get("/v1/snapshot", {
    summary: "everything there is at one moment",
    request: { query: s.SnapshotQuery },
    responses: ok(s.SnapshotSchema, "the snapshot"),
  }),
  lookup: post("/v1/devices/lookup", {
    summary: "some devices by path, without those that are gone; readers may, too",
    request: { body: body(s.LookupBody) },
    responses: ok(s.LookupSchema, "the devices"),
  }),
  explain: get("/v1/explain", {
    summary: "why a device is as it is",
    request: { query: s.PathQuery },
    responses: ok(s.ExplanationSchema, "the explanation"),
  }),
  readSysfs: get("/v1/sysfs", {
    summary: "a file or folder below /sys",
    request: { query: s.SysfsQuery },
    responses: ok(s.SysfsSchema, "the file, or the entries of the folder"),
  }),
  journal: get("/v1/journal", {
    summary: "what has happened",
    request: { query: s.JournalQuery },
    responses: ok(s.JournalSchema, "some entries"),
  }),
  events: get("/v1/events", {
    summary: "what happens, as server-sent events: hello, the kinds of entries, gap",
    request: { query: s.EventsQuery },
    responses: {
      200: { content: { "text/event-stream": { schema: z.string() } }, description: "the stream" },
      ...ERRORS,
    },
  }),
  settings: get("/v1/settings", {
    summary: "what operators have set, and is kept",
    responses: ok(s.SettingsSchema, "the settings"),
  }),
  metrics: get("/v1/metrics", {
    summary: "figures for Prometheus",
    responses: { 200: { content: { "text/plain": { schema: z.string() } }, description: "the figures" }, ...ERRORS },
  }),
  openapi: get("/v1/openapi.json", {
    summary: "this document",
    responses: ok(z.record(z.string(), z.unknown()), "the document"),
  }),

  // Devices.
  writeSysfs: put("/v1/sysfs", {
    summary: "write a file below /sys; drivers_autoprobe and driver_override are kept over restarts",
    request: { body: body(s.WriteBody) },
    responses: done,
  }),
  bind: post("/v1/bind", {
    summary: "bind a device to a driver",
    request: { body: body(s.BindBody) },
    responses: done,
  }),
  unbind: post("/v1/unbind", {
    summary: "unbind a device from its driver",
    request: { body: body(s.BindBody) },
    responses: done,
  }),
  rebind: post("/v1/rebind", {
    summary: "unbind a device and bind it to the same driver again",
    request: { body: body(s.DeviceBody) },
    responses: done,
  }),
  rescan: post("/v1/rescan", {
    summary: "try the drivers of a device again",
    request: { body: body(s.DeviceBody) },
    responses: done,
  }),
  override: put("/v1/override", {
    summary: "let only one driver bind to a device, over restarts",
    request: { body: body(s.OverrideBody) },
    responses: done,
  }),
  park: post("/v1/park", {
    summary: "unbind a device and keep all drivers away from it, over restarts",
    request: { body: body(s.ParkBody) },
    responses: done,
  }),
  unpark: post("/v1/unpark", {
    summary: "forget that a device is parked and that its driver has crashed, and try its drivers again",
    request: { body: body(s.UnparkBody) },
    responses: done,
  }),
  suspend: post("/v1/power/suspend", { summary: "suspend all devices", responses: done }),
  resume: post("/v1/power/resume", { summary: "resume all devices", responses: done }),

  // Modules.
  lsmod: get("/v1/modules", { summary: "the loaded modules", responses: ok(s.ModulesSchema, "in order of loading") }),
  installed: get("/v1/installed", {
    summary: "the modules that could be loaded",
    responses: ok(s.InstalledSchema, "the modules"),
  }),
  modinfo: get("/v1/modules/{name}", {
    summary: "what a module says about itself",
    request: { params: s.ModuleParam },
    responses: ok(s.ModuleInfoSchema, "the module"),
  }),
  load: post("/v1/modules/{name}/load", {
    summary: "load a module, or all that a modalias names",
    request: { params: s.ModuleParam, body: body(s.LoadBody) },
    responses: done,
  }),
  unload: post("/v1/modules/{name}/unload", {
    summary: "unload a module",
    request: { params: s.ModuleParam, body: body(s.UnloadBody) },
    responses: done,
  }),
  upgrade: post("/v1/modules/{name}/upgrade", {
    summary: "replace a module by the version that is installed now, while its devices stay",
    request: { params: s.ModuleParam },
    responses: ok(s.UpgradedSchema, "the devices that were handed over"),
  }),
  setParam: put("/v1/modules/{name}/params/{param}", {
    summary: "write a parameter of a loaded module; it is kept",
    request: { params: s.ModuleParamParam, body: body(s.ParamBody) },
    responses: done,
  }),
  blacklist: put("/v1/blacklist/{name}", {
    summary: "let no alias load a module any more",
    request: { params: s.ModuleParam },
    responses: done,
  }),
  unblacklist: createRoute({
    method: "delete",
    path: "/v1/blacklist/{name}",
    summary: "let aliases load a module again",
    request: { params: s.ModuleParam },
    responses: done,
  }),
  depmod: post("/v1/depmod", {
    summary: "look at the installed packages again",
    responses: ok(s.DepmodSchema, "how many modules there are"),
  }),
  resolve: get("/v1/resolve", {
    summary: "the modules that a modalias names",
    request: { query: s.ResolveQuery },
    responses: ok(s.NamesSchema, "the modules"),
  }),
  hosts: get("/v1/hosts", {
    summary: "the workers and processes of isolated modules, and what is parked",
    responses: ok(s.HostsSchema, "the hosts"),
  }),

  // Verbs of modules.
  verbs: get("/v1/verbs", { summary: "what modules let operators do", responses: ok(s.VerbsSchema, "the verbs") }),
  completeVerb: get("/v1/verbs/complete", {
    summary: "what a parameter of a verb can be at the moment",
    request: { query: s.CompleteQuery },
    responses: ok(s.ValuesSchema, "the values"),
  }),
  runVerb: post("/v1/verbs/run", {
    summary: "run a verb: a JSON object a line, report, and at the end result or error",
    request: { body: body(s.VerbBody) },
    responses: {
      200: { content: { "text/x-ndjson": { schema: z.string() } }, description: "what the verb tells" },
      ...ERRORS,
    },
  }),

  // The host.
  reload: post("/v1/reload", { summary: "read the configuration again", responses: done }),
  down: post("/v1/down", { summary: "shut the host down", responses: done }),
};
