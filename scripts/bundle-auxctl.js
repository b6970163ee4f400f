// Puts what the command lines need at once into one CommonJS file each: a command that asks a running host is to start
// about as fast as Node itself, and loading ES modules takes longer. What only some commands need stays in dist, and is
// loaded by them.
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { rolldown } from "rolldown";

const folder = fileURLToPath(new URL("../packages/auxctl", import.meta.url));
const source = join(folder, "src");
const lib = join(folder, "lib");
const require = createRequire(join(folder, "package.json"));

/** Made of whole packages: a host, the modules that are installed, scenarios. */
const HEAVY = new Set([
  ...["host/up", "host/token", "run/run-modules", "replay/replaying"],
  ...["snapshot/open-file", "snapshot/take", "snapshot/diff", "console/serve"],
  ...["modinfo", "depmod", "resolve", "installed"].map((name) => `modules/${name}`),
]);

/** What becomes part of the file, and wants its licence to go along. */
const THIRD_PARTY = ["commander", "picocolors"];

/** Each becomes a file of its own. */
const ENTRIES = { auxctl: join(source, "main.ts"), lsaux: join(source, "lsaux/main.ts") };
const heavy = {
  name: "heavy",
  resolveId(id, importer) {
    if (importer === undefined || !id.startsWith(".")) return null;
    const name = relative(source, resolve(importer, "..", id)).replace(/\.ts$/, "");
    return HEAVY.has(name) ? { id: `../dist/${name}.js`, external: true } : null;
  },
};

rmSync(lib, { recursive: true, force: true });
for (const [name, entry] of Object.entries(ENTRIES)) {
  const bundle = await rolldown({
    input: entry,
    platform: "node",
    plugins: [heavy],
    resolve: { conditionNames: ["source", "import", "node", "default"] },
    // What of the bus is not called is left out.
    treeshake: { moduleSideEffects: (id) => id === entry || id.includes("commander") },
    logLevel: "warn",
  });
  await bundle.write({
    file: join(lib, `${name}.cjs`),
    format: "cjs",
    sourcemap: true,
    codeSplitting: false,
    minify: { compress: true, mangle: true, codegen: { removeWhitespace: true } },
  });
  await bundle.close();
}

const licences = THIRD_PARTY.map((name) => {
  const home = require.resolve(name).replace(new RegExp(`(?<=node_modules/${name}/).*`), "");
  return `${name}\n\n${readFileSync(join(home, "LICENSE"), "utf8").trim()}\n`;
});
writeFileSync(join(lib, "THIRD-PARTY-LICENSES.txt"), licences.join("\n---\n\n"));
