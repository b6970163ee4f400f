// Packs every package that is to be published and checks the tarball as its users will get it: what is in it,
// publint for the manifest, attw for the types. Then installs all of them together in an empty folder, compiles
// against their types, imports each and runs the command line.
import { execFile } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";

const exec = promisify(execFile);
const out = mkdtempSync(join(tmpdir(), "auxbus-pack-"));
const problems = [];

async function run(label, command, args, options = {}) {
  try {
    const { stdout } = await exec(command, args, { maxBuffer: 64 << 20, ...options });
    return stdout;
  } catch (error) {
    problems.push(`${label}:\n${error.stdout ?? ""}${error.stderr ?? error.message}`);
    return undefined;
  }
}

function publishable() {
  return ["packages", "stacks"].flatMap((group) =>
    readdirSync(group, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map((entry) => {
        const folder = join(group, entry.name);
        return { folder, manifest: JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) };
      })
      .filter(({ manifest }) => manifest.private !== true),
  );
}

function checkContents(name, files) {
  for (const wanted of ["LICENSE", "README.md", "package.json"]) {
    if (!files.includes(wanted)) problems.push(`${name}: ${wanted} is not in the tarball`);
  }
  for (const file of files) {
    if (/\.test(-d)?\.|tsbuildinfo/.test(file)) problems.push(`${name}: ${file} does not belong into the tarball`);
    // Sources go along for the source maps, so each built file must have its own.
    const source = /^dist\/(.*)\.js$/.exec(file)?.[1];
    // A package that brings no sources is built as a whole, each time anew.
    const hasSources = files.some((each) => each.startsWith("src/"));
    if (hasSources && source !== undefined && !files.includes(`src/${source}.ts`)) {
      problems.push(`${name}: ${file} is left from an earlier build; remove ${name}'s dist folder and build again`);
    }
  }
}

async function check({ folder, manifest }) {
  const packed = await run(`npm pack ${folder}`, "npm", ["pack", "--json", "--pack-destination", out, `./${folder}`]);
  if (packed === undefined) return undefined;
  const listing = JSON.parse(packed.slice(packed.search(/^[[{]/m)));
  const [{ filename, files }] = Object.values(listing);
  checkContents(
    manifest.name,
    files.map(({ path }) => path),
  );
  const tarball = join(out, filename);
  await run(`publint ${folder}`, "npx", ["publint", "--strict", tarball]);
  // A package that is only a command has no types to check.
  if (manifest.exports?.["."] !== undefined) {
    await run(`attw ${folder}`, "npx", ["attw", "--profile", "esm-only", tarball]);
  }
  return tarball;
}

async function tryInstalled(packages, tarballs) {
  const cwd = join(out, "user");
  const importable = packages.filter(({ manifest }) => manifest.exports?.["."] !== undefined);
  const imports = importable.map(({ manifest }, i) => `export * as p${i} from ${JSON.stringify(manifest.name)};`);
  const compiler = { module: "nodenext", target: "es2022", strict: true, noEmit: true, types: ["node"] };
  const project = { compilerOptions: { ...compiler, skipLibCheck: false }, files: ["all.mts"] };
  await exec("mkdir", ["-p", cwd]);
  writeFileSync(join(cwd, "package.json"), JSON.stringify({ name: "user", private: true }));
  writeFileSync(join(cwd, "tsconfig.json"), JSON.stringify(project));
  writeFileSync(join(cwd, "all.mts"), imports.join("\n"));
  writeFileSync(join(cwd, "all.mjs"), imports.join("\n"));
  const types = resolve("node_modules/@types/node");
  const installed = await run("npm install of all tarballs", "npm", ["install", "--no-audit", types, ...tarballs], {
    cwd,
  });
  if (installed === undefined) return;
  await run("types of the installed packages", process.execPath, [resolve("node_modules/typescript/bin/tsc")], { cwd });
  await run("import of the installed packages", process.execPath, ["all.mjs"], { cwd });
  await run("the installed auxctl", "npx", ["--no", "auxctl", "--version"], { cwd });
  // What it loads from its other files and packages.
  const env = { ...process.env, XDG_STATE_HOME: join(cwd, "state"), XDG_RUNTIME_DIR: cwd };
  await run("depmod of the installed auxctl", "npx", ["--no", "auxctl", "depmod"], { cwd, env });
  await run("a host of the installed auxctl", "npx", ["--no", "auxctl", "up", "--once"], { cwd, env });
}

try {
  const packages = publishable();
  const tarballs = [];
  for (const each of packages) {
    const before = problems.length;
    const tarball = await check(each);
    if (tarball !== undefined) tarballs.push(tarball);
    console.log(`${problems.length === before ? "ok    " : "FAILED"} ${each.manifest.name}`);
  }
  await tryInstalled(packages, tarballs);
} finally {
  rmSync(out, { recursive: true });
}
for (const problem of problems) console.error(problem.trimEnd());
console.log(`${problems.length} problems`);
process.exitCode = problems.length > 0 ? 1 : 0;
