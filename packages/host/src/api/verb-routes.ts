import { RESPONSE_ALREADY_SENT } from "@hono/node-server/utils/response";
import type { Control } from "@auxbus/control";
import { BusError, type DriverCore, errnoOf } from "auxbus";
import { answerVerb } from "./answer-verb.ts";
import type { App } from "./app.ts";
import type { Parts } from "./parts.ts";
import { routes } from "./routes.ts";

/** Runs what modules let operators do. */
export function addVerbRoutes(app: App, { core, operations }: Parts): void {
  app.openapi(routes.verbs, (context) => context.json({ verbs: controlOf(core)?.verbs() ?? [] }, 200));

  app.openapi(routes.completeVerb, async (context) => {
    const { name, param } = context.req.valid("query");
    return context.json({ values: await controlFor(core, name).complete(name, param) }, 200);
  });

  app.openapi(routes.runVerb, async (context) => {
    const { name, args } = context.req.valid("json");
    const control = controlFor(core, name);
    const running = operations.run(context.var.caller, { op: name, args }, () =>
      answerVerb(control, name, args, context.env.outgoing),
    );
    // It has been answered.
    await running.catch(() => undefined);
    return RESPONSE_ALREADY_SENT;
  });
}

/** Not made here: there are no verbs before a module has asked for it. */
function controlOf(core: DriverCore): Control | undefined {
  try {
    return core.service("control");
  } catch (error) {
    if (errnoOf(error) === "ENODEV") return undefined;
    throw error;
  }
}

function controlFor(core: DriverCore, verb: string): Control {
  const control = controlOf(core);
  if (control !== undefined) return control;
  throw new BusError("ENOENT", `there is no verb ${verb}; no module has added any`, { op: "run" });
}
