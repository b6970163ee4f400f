// Writes the man page of auxctl from its own commands. It goes into the package, and into docs/man.
import { mkdirSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { manPage } from "../packages/auxctl/dist/man/man-page.js";

const page = manPage();
for (const path of ["../docs/man/auxctl.1", "../packages/auxctl/man/auxctl.1"]) {
  const file = fileURLToPath(new URL(path, import.meta.url));
  mkdirSync(new URL(".", new URL(path, import.meta.url)), { recursive: true });
  writeFileSync(file, page);
}
