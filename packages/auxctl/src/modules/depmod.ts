import { colorsFor } from "../colors.ts";
import type { Shell } from "../shell.ts";
import { namesHost } from "../host/view-in.ts";
import { depmod } from "./installed.ts";
import type { DepmodOptions } from "./installed-commands.ts";

/** Looks at the installed packages again. */
export async function runDepmod(options: DepmodOptions, shell: Shell): Promise<void> {
  const { io } = shell;
  if (namesHost(options)) await (await shell.host(options)).post("/v1/depmod");
  const index = await depmod(io, { force: options.force });
  for (const problem of index.problems) io.err.write(`${colorsFor(io.err, io.env).yellow("auxctl:")} ${problem}\n`);
  const aliases = index.aliases();
  const summary = {
    modules: index.modules.size,
    aliases: aliases.length,
    file: index.file,
    cached: index.cached,
    problems: index.problems,
  };
  const kept = summary.file === null ? "kept nowhere" : `kept in ${summary.file}`;
  shell.print(options, options.show === true ? { ...summary, list: aliases } : summary, () =>
    options.show === true
      ? aliases.map(({ alias, module }) => `alias ${alias} ${module}`)
      : [`${summary.modules} modules with ${summary.aliases} aliases, ${kept}`],
  );
}
