import { createRequire } from "node:module";

/** The version of this package. */
export const VERSION: string = versionOfPackage();

function versionOfPackage(): string {
  const manifest: unknown = createRequire(import.meta.url)("../package.json");
  return typeof manifest === "object" && manifest !== null && "version" in manifest ? String(manifest.version) : "?";
}
