import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { createRequire } from "node:module";
import { DriverCore } from "auxbus";
import { type IsolationKind, ModuleIndex, Modules } from "@auxbus/modules";

/** Reloads before anything is measured. */
const WARM_UP = 20;

/** About 8 KB of source, as a small driver has. */
function source(): string {
  const functions = Array.from(
    { length: 80 },
    (_, i) =>
      `export function step${i}(a, b) {\n  const sum = a * ${i} + b;\n  return sum > ${i} ? [sum] : { sum };\n}\n`,
  );
  return `import { defineIsolableDriver } from "auxbus";
export const driver = defineIsolableDriver({ idTable: [{ name: "bench.reload" }], probe() {} });
${functions.join("")}`;
}

/** Kilobytes that stay of a module of 8 KB each time it is replaced by a new version, `n` times. */
export async function reload(isolation: IsolationKind, n: number): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), "auxbus-reload-"));
  const alive = setInterval(() => undefined, 1_000);
  try {
    const module = join(folder, "node_modules/reload");
    mkdirSync(module, { recursive: true });
    const auxbus = dirname(dirname(createRequire(import.meta.url).resolve("auxbus")));
    symlinkSync(auxbus, join(folder, "node_modules/auxbus"));
    const manifest = {
      name: "reload",
      type: "module",
      exports: "./index.js",
      auxbus: true,
      dependencies: { auxbus: "*" },
    };
    writeFileSync(join(module, "package.json"), JSON.stringify(manifest));
    writeFileSync(join(module, "index.js"), source());
    const core = new DriverCore();
    const modules = new Modules(core, { index: await ModuleIndex.depmod([folder]), isolation: { reload: isolation } });
    await modules.modprobe("reload");
    const device = await core.auxiliary.create(core.addRootDevice("bench0"), { module: "bench", name: "reload" });
    const replace = async (times: number): Promise<void> => {
      for (let i = 0; i < times; i++) await modules.upgrade("reload");
    };
    await replace(WARM_UP);
    const before = used();
    await replace(n);
    const after = used();
    if (device.driver?.name !== "reload") throw new Error("the device was not handed over");
    await modules.shutdown();
    return (after - before) / 1024 / n;
  } finally {
    clearInterval(alive);
    rmSync(folder, { recursive: true });
  }
}

function used(): number {
  globalThis.gc?.();
  globalThis.gc?.();
  return process.memoryUsage().heapUsed;
}
