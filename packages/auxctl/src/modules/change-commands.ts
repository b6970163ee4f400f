import type { Command } from "commander";
import { UsageError } from "../exit-code.ts";
import type { Io } from "../io.ts";
import type { Finish } from "../program.ts";
import { busOf, EXIT_CODES, type FrameOptions, onBus, refusable } from "./command-frame.ts";

/** `auxctl modprobe`, `rmmod`, `param`, `upgrade`, `reset` */
export function addChangeCommands(program: Command, io: Io, finish: Finish): void {
  /** JSON says what was done; people hear nothing when all went well. */
  const done = ({ json }: FrameOptions, what: object): void => {
    if (json === true) io.out.write(`${JSON.stringify(what)}\n`);
  };

  onBus(program.command("modprobe"))
    .summary("load a module, or unload it with what nobody needs any more")
    .description("Load a module into a running bus, before it what it depends on. One that is loaded stays as it is.")
    .argument("<module>", "name of a module, or a modalias")
    .argument("[params...]", "KEY=VALUE")
    .option("-r, --remove", "unload it, and what was loaded for it and nobody needs any more")
    .addHelpText(
      "after",
      `\nExamples:\n  auxctl modprobe snd_sof_probes enable=1\n  auxctl modprobe auxiliary:snd_sof.ipc_flood\n  auxctl modprobe -r snd_sof_probes\n${EXIT_CODES}`,
    )
    .action((module: string, words: string[], options: FrameOptions & { readonly remove?: boolean }) =>
      refusable(
        async () => {
          const params = parseWords(words);
          const bus = await busOf(options, io);
          if (options.remove !== true) await bus.modprobe(module, params);
          else if (words.length > 0) throw new UsageError("modprobe -r takes no parameters");
          else await bus.remove(module);
          done(options, { module, state: options.remove === true ? "unloaded" : "loaded" });
        },
        io,
        finish,
      ),
    );

  onBus(program.command("rmmod"))
    .summary("unload a module")
    .description("Unload a module of a running bus. One that is in use stays, and its users are named.")
    .argument("<module>", "name of a module")
    .addHelpText("after", `\nExamples:\n  auxctl rmmod snd_sof_probes\n${EXIT_CODES}`)
    .action((module: string, options: FrameOptions) =>
      refusable(
        async () => {
          await (await busOf(options, io)).rmmod(module);
          done(options, { module, state: "unloaded" });
        },
        io,
        finish,
      ),
    );

  onBus(program.command("param"))
    .summary("write a parameter of a loaded module")
    .description("Write a parameter of a loaded module that says that it can be written.")
    .argument("<module>", "name of a module")
    .argument("<key=value>", "the parameter and its new value")
    .addHelpText("after", `\nExamples:\n  auxctl param my_gateway debug=1\n${EXIT_CODES}`)
    .action((module: string, word: string, options: FrameOptions) =>
      refusable(
        async () => {
          const params = Object.entries(parseWords([word]));
          const bus = await busOf(options, io);
          for (const [name, value] of params) await bus.setParam(module, name, value);
          done(options, { module, params: Object.fromEntries(params) });
        },
        io,
        finish,
      ),
    );

  onBus(program.command("upgrade"))
    .summary("replace a loaded module by the version that is installed now")
    .description(
      "Replace a loaded module by the version that is installed now, while its devices stay. When the new version " +
        "cannot take a device over, the old one goes on.",
    )
    .argument("<module>", "name of a module")
    .addHelpText("after", `\nExamples:\n  npm install my-driver@2 && auxctl upgrade my_driver\n${EXIT_CODES}`)
    .action((module: string, options: FrameOptions) =>
      refusable(
        async () => {
          const devices = await (await busOf(options, io)).upgrade(module);
          if (options.json === true) done(options, { module, devices });
          else io.out.write(devices.length === 0 ? "no device was bound\n" : `${devices.join("\n")}\n`);
        },
        io,
        finish,
      ),
    );

  onBus(program.command("reset"))
    .summary("try the drivers of a parked device again")
    .description("Forget how often the driver of a device has crashed, and try again.")
    .argument("<device>", "name of a device")
    .addHelpText("after", `\nExamples:\n  auxctl reset snd_sof.hda-probes.0\n${EXIT_CODES}`)
    .action((device: string, options: FrameOptions) =>
      refusable(
        async () => {
          await (await busOf(options, io)).reset(device);
          done(options, { device, state: "reset" });
        },
        io,
        finish,
      ),
    );
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
