// Packs every package that is to be published and checks the tarball as its users will get it:
// publint for the manifest, attw for the types.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const folders = ["packages", "stacks"].flatMap((group) =>
  readdirSync(group, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => join(group, entry.name)),
);
const out = mkdtempSync(join(tmpdir(), "auxbus-pack-"));
let failed = 0;

function run(label, command, args) {
  const { status, stdout, stderr } = spawnSync(command, args, { encoding: "utf8" });
  if (status === 0) return stdout;
  failed++;
  console.error(`FAILED ${label}\n${stdout}${stderr}`);
  return undefined;
}

try {
  for (const folder of folders) {
    const manifest = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
    if (manifest.private === true) continue;
    const packed = run(`npm pack ${folder}`, "npm", ["pack", "--json", "--pack-destination", out, `./${folder}`]);
    if (packed === undefined) continue;
    const listing = JSON.parse(packed);
    const [{ filename }] = Array.isArray(listing) ? listing : Object.values(listing);
    const tarball = join(out, filename);
    run(`publint ${folder}`, "npx", ["publint", "--strict", tarball]);
    // A package that is only a command has no types to check.
    if (manifest.exports?.["."] !== undefined) run(`attw ${folder}`, "npx", ["attw", "--profile", "esm-only", tarball]);
    console.log(`checked ${manifest.name}`);
  }
} finally {
  rmSync(out, { recursive: true });
}
if (failed > 0) {
  console.error(`${failed} package checks failed`);
  process.exitCode = 1;
}
