import type { App } from "./app.ts";
import type { Parts } from "./parts.ts";
import { routes } from "./routes.ts";

/** Looks at modules, and loads and unloads them. */
export function addModuleRoutes(app: App, { modules, settings, steering }: Parts): void {
  app.openapi(routes.lsmod, (context) => context.json({ modules: modules.lsmod() }, 200));

  app.openapi(routes.installed, async (context) => {
    await steering.refresh();
    const { index } = modules;
    const installed = [...index.modules.values()];
    const blacklist = installed.flatMap(({ name }) => (modules.blacklisted(name) ? [name] : []));
    return context.json({ modules: installed, blacklist, problems: index.problems }, 200);
  });

  app.openapi(routes.modinfo, async (context) => {
    await steering.refresh();
    return context.json(modules.modinfo(context.req.valid("param").name), 200);
  });

  app.openapi(routes.load, async (context) => {
    const { params = {} } = context.req.valid("json");
    return context.json(await steering.load(context.var.caller, context.req.valid("param").name, params), 200);
  });

  app.openapi(routes.unload, async (context) => {
    const { recursive = false } = context.req.valid("json");
    return context.json(await steering.unload(context.var.caller, context.req.valid("param").name, recursive), 200);
  });

  app.openapi(routes.upgrade, async (context) =>
    context.json(await steering.upgrade(context.var.caller, context.req.valid("param").name), 200),
  );

  app.openapi(routes.setParam, async (context) => {
    const { name, param } = context.req.valid("param");
    return context.json(await steering.setParam(context.var.caller, name, param, context.req.valid("json").value), 200);
  });

  app.openapi(routes.blacklist, async (context) =>
    context.json(await steering.blacklist(context.var.caller, context.req.valid("param").name, true), 200),
  );

  app.openapi(routes.unblacklist, async (context) =>
    context.json(await steering.blacklist(context.var.caller, context.req.valid("param").name, false), 200),
  );

  app.openapi(routes.depmod, async (context) => context.json(await steering.depmod(context.var.caller), 200));

  app.openapi(routes.resolve, async (context) => {
    await steering.refresh();
    return context.json({ modules: modules.resolve(context.req.valid("query").modalias) }, 200);
  });

  app.openapi(routes.hosts, (context) =>
    context.json({ hosts: modules.isolation.hosts(), parked: settings.parked() }, 200),
  );
}
