// Writes the man pages of auxctl and lsaux from their own commands and options. They go into the package, and into
// docs/man.
import { mkdirSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { lsauxPage } from "../packages/auxctl/dist/man/lsaux-page.js";
import { manPage } from "../packages/auxctl/dist/man/man-page.js";

for (const [name, page] of [
  ["auxctl.1", manPage()],
  ["lsaux.1", lsauxPage()],
]) {
  for (const folder of ["../docs/man/", "../packages/auxctl/man/"]) {
    const url = new URL(folder, import.meta.url);
    mkdirSync(url, { recursive: true });
    writeFileSync(fileURLToPath(new URL(name, url)), page);
  }
}
