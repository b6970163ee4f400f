import { OpenAPIHono } from "@hono/zod-openapi";
import type { ApiEnv } from "./caller.ts";
import { apiDocument } from "./document.ts";
import { type Entrance, gate } from "./gate.ts";
import type { ConsoleFile } from "./console-files.ts";
import { ApiError, answerError } from "./http-error.ts";
import { routes } from "./routes.ts";

export type App = OpenAPIHono<ApiEnv>;

/** A page may load its own files and talk to this host; nothing else, and it may stand in no other page. */
const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; " +
  "manifest-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/** What there is around every API. */
export interface AppParts {
  /** By path; empty when there is no console. */
  readonly consoleFiles: ReadonlyMap<string, ConsoleFile>;
  /** Hears of mistakes of the host itself. */
  failed(error: Error): void;
}

/** An API, and its console, for those who come in by one entrance. @param addRoutes what it has */
export function makeApp(parts: AppParts, entrance: Entrance, addRoutes: (app: App) => void): App {
  const app: App = new OpenAPIHono<ApiEnv>({
    defaultHook: (result) => {
      if (result.success) return;
      const [issue] = result.error.issues;
      const where = issue === undefined || issue.path.length === 0 ? result.target : issue.path.join(".");
      throw new ApiError(400, "EINVAL", `${where}: ${issue?.message ?? "it is wrong"}`);
    },
  });
  app.onError((error, context) => answerError(context, error, (mistake) => parts.failed(mistake)));
  app.notFound((context) =>
    context.json({ error: { code: "ENOENT", message: `there is no ${context.req.method} ${context.req.path}` } }, 404),
  );
  app.use(async (context, next) => {
    context.header("content-security-policy", POLICY);
    context.header("x-content-type-options", "nosniff");
    context.header("referrer-policy", "no-referrer");
    context.header("cross-origin-opener-policy", "same-origin");
    context.header("cross-origin-resource-policy", "same-origin");
    await next();
    if (!context.res.headers.has("cache-control")) context.header("cache-control", "no-store");
  });
  app.use(gate(entrance));
  addRoutes(app);
  app.openapi(routes.openapi, (context) => context.json({ ...apiDocument() }, 200));
  app.get("*", (context) => {
    const file = parts.consoleFiles.get(context.req.path);
    if (file === undefined || context.req.path.startsWith("/v1")) return context.notFound();
    context.header("etag", file.etag);
    context.header("cache-control", file.lasting ? "public, max-age=31536000, immutable" : "no-cache");
    if (context.req.header("if-none-match") === file.etag) return context.body(null, 304);
    return context.body(file.body, 200, { "content-type": file.type });
  });
  return app;
}
