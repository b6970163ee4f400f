import { OpenAPIHono } from "@hono/zod-openapi";
import { routes } from "./routes.ts";

/** The API as an OpenAPI 3.1 document. */
export function apiDocument(): object {
  const app = new OpenAPIHono();
  for (const route of Object.values(routes)) app.openAPIRegistry.registerPath(route);
  app.openAPIRegistry.registerComponent("securitySchemes", "token", { type: "http", scheme: "bearer" });
  return app.getOpenAPI31Document({
    openapi: "3.1.0",
    info: {
      title: "auxbus host",
      version: "1",
      description: "Looks at and steers a running auxbus. Over its Unix socket no token is needed.",
      license: { name: "Apache-2.0" },
    },
    security: [{ token: [] }],
  });
}
