import { createRequire } from "node:module";

/** Of this package. Its manifest is a folder above, whether from the sources or packed into one file. */
export function version(): string {
  const manifest: unknown = createRequire(import.meta.url)("../package.json");
  const known = typeof manifest === "object" && manifest !== null && "version" in manifest;
  return known ? String(manifest.version) : "unknown";
}
