// Writes the types of the host's client, as its OpenAPI document has them; `--check` only says whether they are.
import { readFileSync, writeFileSync } from "node:fs";
import openapiTS, { astToString } from "openapi-typescript";
import { createJiti } from "jiti";

// The source: what is built may be older, and cannot be built anew when the client does not fit.
const jiti = createJiti(import.meta.url);
const file = new URL("../../packages/host/src/client/api.ts", import.meta.url);

/** What a function of a module gives. @param {unknown} module @param {string} name */
function call(module, name) {
  /** @type {unknown} */
  const fn = Reflect.get(Object(module), name);
  if (typeof fn !== "function") throw new Error(`there is no function ${name}`);
  /** @type {unknown} */
  const result = Reflect.apply(fn, undefined, []);
  return result;
}

const ast = await openapiTS(
  JSON.stringify(call(await jiti.import("../../packages/host/src/api/document.ts"), "apiDocument")),
  {
    immutable: true,
  },
);
const made = new Map([
  [
    file,
    `// Made from the OpenAPI document of the host by \`npm run api-types\`; not to be edited.\n\n${astToString(ast)}`,
  ],
  [
    new URL("../../packages/host/schema/auxbus.config.schema.json", import.meta.url),
    `${JSON.stringify(call(await jiti.import("../../packages/host/src/config.ts"), "configSchema"), null, 2)}\n`,
  ],
  [
    new URL("../../packages/snapshot/schema/auxbus-snapshot.schema.json", import.meta.url),
    `${JSON.stringify(call(await jiti.import("../../packages/snapshot/src/format.ts"), "snapshotSchema"), null, 2)}\n`,
  ],
]);
for (const [place, text] of made) {
  if (!process.argv.includes("--check")) writeFileSync(place, text);
  else if (readFileSync(place, "utf8") !== text)
    throw new Error(`${place.pathname} is not up to date; run npm run api-types`);
}
