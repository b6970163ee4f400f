// Builds the page, unless it is newer than all that it is made of.
import { existsSync, readdirSync, statSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { build } from "vite";

const here = fileURLToPath(new URL(".", import.meta.url));
const built = `${here}dist/index.html`;
const sources = [
  ...readdirSync(`${here}src`, { recursive: true }).map((file) => `${here}src/${String(file)}`),
  ...readdirSync(`${here}../host/dist/client`).map((file) => `${here}../host/dist/client/${file}`),
  ...["build.js", "index.html", "package.json", "vite.config.js"].map((file) => here + file),
];
const newest = Math.max(...sources.map((file) => statSync(file).mtimeMs));
if (!existsSync(built) || statSync(built).mtimeMs < newest) await build({ root: here, logLevel: "warn" });
