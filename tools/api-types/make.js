// Writes the types of the host's client, as its OpenAPI document has them; `--check` only says whether they are.
import { readFileSync, writeFileSync } from "node:fs";
import openapiTS, { astToString } from "openapi-typescript";
import { createJiti } from "jiti";

// The source: what is built may be older, and cannot be built anew when the client does not fit.
/** @type {unknown} */
const source = await createJiti(import.meta.url).import("../../packages/host/src/api/document.ts");
const file = new URL("../../packages/host/src/client/api.ts", import.meta.url);
/** @type {unknown} */
const apiDocument = Reflect.get(Object(source), "apiDocument");
if (typeof apiDocument !== "function") throw new Error("document.ts has no apiDocument");
const ast = await openapiTS(JSON.stringify(Reflect.apply(apiDocument, undefined, [])), { immutable: true });
const made = `// Made from the OpenAPI document of the host by \`npm run api-types\`; not to be edited.\n\n${astToString(ast)}`;
if (process.argv.includes("--check")) {
  if (readFileSync(file, "utf8") !== made) {
    throw new Error("packages/host/src/client/api.ts is not what the API says; run npm run api-types");
  }
} else writeFileSync(file, made);
