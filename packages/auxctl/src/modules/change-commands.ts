import type { Command } from "commander";
import { UsageError } from "../exit-code.ts";
import { CHANGE_CODES, help, onHost } from "../host/host-option.ts";
import type { CommonOptions, Shell } from "../shell.ts";

/** `auxctl modprobe` */
export function addModprobeCommand(program: Command, shell: Shell): Command {
  return onHost(program.command("modprobe"))
    .summary("load a module, or unload it with what nobody needs any more")
    .description("Load a module into a running host, before it what it depends on. One that is loaded stays as it is.")
    .argument("<module>", "name of a module, or a modalias")
    .argument("[params...]", "KEY=VALUE")
    .option("-r, --remove", "unload it, and what was loaded for it and nobody needs any more")
    .addHelpText(
      "after",
      help(
        [
          "auxctl modprobe snd_sof_probes enable=1",
          "auxctl modprobe auxiliary:snd_sof.ipc_flood",
          "auxctl modprobe -r snd_sof_probes",
        ],
        CHANGE_CODES,
      ),
    )
    .action(async (name: string, words: string[], options: CommonOptions & { readonly remove?: boolean }) => {
      const given = parseWords(words);
      const remove = options.remove === true;
      if (remove && words.length > 0) throw new UsageError("modprobe -r takes no parameters");
      const client = await shell.host(options);
      const params = { name };
      if (remove) await client.post("/v1/modules/{name}/unload", { params, body: { recursive: true } });
      else await client.post("/v1/modules/{name}/load", { params, body: { params: given } });
      shell.done(options, { module: name, state: remove ? "unloaded" : "loaded" });
    });
}

/** `auxctl rmmod` */
export function addRmmodCommand(program: Command, shell: Shell): Command {
  return onHost(program.command("rmmod"))
    .summary("unload a module")
    .description("Unload a module of a running host. One that is in use stays, and its users are named.")
    .argument("<module>", "name of a module")
    .addHelpText("after", help(["auxctl rmmod snd_sof_probes"], CHANGE_CODES))
    .action(async (name: string, options: CommonOptions) => {
      const client = await shell.host(options);
      await client.post("/v1/modules/{name}/unload", { params: { name }, body: {} });
      shell.done(options, { module: name, state: "unloaded" });
    });
}

/** `auxctl param` */
export function addParamCommand(program: Command, shell: Shell): Command {
  return onHost(program.command("param"))
    .summary("write a parameter of a loaded module")
    .description("Write a parameter of a loaded module that says that it can be written. The host keeps it.")
    .argument("<module>", "name of a module")
    .argument("<key=value>", "the parameter and its new value")
    .addHelpText("after", help(["auxctl param my_gateway debug=1"], CHANGE_CODES))
    .action(async (name: string, word: string, options: CommonOptions) => {
      const params = parseWords([word]);
      const client = await shell.host(options);
      for (const [param, value] of Object.entries(params)) {
        await client.put("/v1/modules/{name}/params/{param}", { params: { name, param }, body: { value } });
      }
      shell.done(options, { module: name, params });
    });
}

/** `auxctl upgrade` */
export function addUpgradeCommand(program: Command, shell: Shell): Command {
  return onHost(program.command("upgrade"))
    .summary("replace a loaded module by the version that is installed now")
    .description(
      "Replace a loaded module by the version that is installed now, while its devices stay. When the new version " +
        "cannot take a device over, the old one goes on.",
    )
    .argument("<module>", "name of a module")
    .addHelpText("after", help(["npm install my-driver@2 && auxctl upgrade my_driver"], CHANGE_CODES))
    .action(async (name: string, options: CommonOptions) => {
      const client = await shell.host(options);
      const { devices } = await client.post("/v1/modules/{name}/upgrade", { params: { name } });
      shell.done(options, { module: name, devices }, devices.length === 0 ? "no device was bound" : devices.join("\n"));
    });
}

function parseWords(words: readonly string[]): Record<string, string> {
  const params: Record<string, string> = {};
  for (const word of words) {
    const [, key, value] = /^([^=]+)=(.*)$/s.exec(word) ?? [];
    if (key === undefined || value === undefined) throw new UsageError(`${word}: expected KEY=VALUE`);
    params[key] = value;
  }
  return params;
}
