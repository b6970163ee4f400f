import type { z } from "@hono/zod-openapi";
import { type BusView, type DeviceSnapshot, SNAPSHOT_PARTS } from "auxbus";
import type { App } from "./app.ts";
import { routes } from "./routes.ts";
import { type ParkedSchema, PARTS, type SysfsSchema } from "./schemas.ts";

/** Where devices are looked at: at a host, or through any view of buses. */
export interface Looking extends Pick<BusView, "snapshot" | "explain"> {
  /** The last entry of the journal. */
  cursor(): number;
  /** Devices that no driver may have. */
  parked(): z.infer<typeof ParkedSchema>[];
  /** Those of the devices that are there. */
  devices(paths: readonly string[]): Promise<DeviceSnapshot[]>;
  /** What is at a path below `/sys`. @param values the files of a folder, too */
  sysfs(path: string, values: boolean): Promise<z.infer<typeof SysfsSchema>>;
}

/** Looks at devices. */
export function addLookRoutes(app: App, looking: Looking): void {
  app.openapi(routes.snapshot, async (context) => {
    const { parts = PARTS } = context.req.valid("query");
    // What happens meanwhile is told again rather than missed.
    const cursor = looking.cursor();
    const snapshot = await looking.snapshot(SNAPSHOT_PARTS.filter((part) => parts.includes(part)));
    return context.json({ ...snapshot, cursor, parked: parts.includes("parked") ? looking.parked() : [] }, 200);
  });

  app.openapi(routes.lookup, async (context) => {
    const cursor = looking.cursor();
    return context.json({ cursor, devices: await looking.devices(context.req.valid("json").paths) }, 200);
  });

  app.openapi(routes.explain, async (context) =>
    context.json(await looking.explain(context.req.valid("query").path), 200),
  );

  app.openapi(routes.readSysfs, async (context) => {
    const { path, values } = context.req.valid("query");
    return context.json(await looking.sysfs(path, values === "true"), 200);
  });
}
