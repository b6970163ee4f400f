import { formatParam, type ModuleInfo } from "@auxbus/modules";
import type { components } from "@auxbus/host/client";
import { type Field, renderFields } from "../fields.ts";
import type { CommonOptions, Shell } from "../shell.ts";
import { namesHost } from "../host/view-in.ts";
import { depmod, lookUp } from "./installed.ts";

type AnyInfo = ModuleInfo | components["schemas"]["ModuleInfo"];

/** Shows what a module says about itself. */
export async function modinfo(word: string, options: CommonOptions, shell: Shell): Promise<void> {
  const info = namesHost(options)
    ? await (await shell.host(options)).get("/v1/modules/{name}", { params: { name: word } })
    : await lookUp(word, await depmod(shell.io), shell.io);
  shell.print(options, { module: info }, (colors) => renderFields(fields(info), colors));
}

function fields(info: AnyInfo): Field[] {
  const { softdep, params } = info;
  return [
    ["name", info.name],
    ["package", info.packageName],
    ["version", info.version],
    ["description", info.description],
    ["folder", info.folder],
    ["entry", info.entry ?? "(none)"],
    ["isolation", info.isolation],
    ...info.aliases.map((alias): Field => ["alias", alias]),
    ["depends", info.depends.join(" ")],
    [
      "softdep",
      [...softdep.pre.map((name) => `pre: ${name}`), ...softdep.post.map((name) => `post: ${name}`)].join(" "),
    ],
    ...Object.entries(params ?? {}).map(([name, { type, default: value, description = "", writable }]): Field => {
      const initial = value === undefined ? "" : ` (${formatParam(value)})`;
      return ["parm", `${name}: ${type}${initial}${writable === true ? ", writable" : ""}  ${description}`.trimEnd()];
    }),
  ];
}
