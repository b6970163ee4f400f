import type { HostClient } from "@auxbus/host/client";
import type { AddCommand, CommonOptions } from "../shell.ts";
import { CHANGE_CODES, help, onHost } from "./host-option.ts";

interface Order {
  readonly name: string;
  readonly summary: string;
  readonly description: string;
  /** What JSON says when it is done. */
  readonly state: string;
  send(this: void, client: HostClient): Promise<{ readonly journaled: boolean }>;
}

/** A command that tells the host something without an argument. */
function order({ name, summary, description, state, send }: Order): AddCommand {
  return (program, shell) =>
    onHost(program.command(name))
      .summary(summary)
      .description(description)
      .addHelpText("after", help([`auxctl ${name}`, `auxctl ${name} --host lab`], CHANGE_CODES))
      .action(async (options: CommonOptions) => {
        const { journaled } = await send(await shell.host(options));
        shell.done(options, { state, journaled });
      });
}

/** `auxctl down` */
export const addDownCommand: AddCommand = order({
  name: "down",
  summary: "shut the host down",
  description: "Shut the host down in order: its modules, the last loaded first, then its buses.",
  state: "down",
  send: (client) => client.post("/v1/down"),
});

/** `auxctl reload` */
export const addReloadCommand: AddCommand = order({
  name: "reload",
  summary: "let the host read its configuration again",
  description: "Let the host read its configuration again. What is wrong with it is told, and nothing is changed then.",
  state: "reloaded",
  send: (client) => client.post("/v1/reload"),
});

/** `auxctl suspend` */
export const addSuspendCommand: AddCommand = order({
  name: "suspend",
  summary: "suspend all devices",
  description: "Suspend all devices, those that depend on others first, as when a machine goes to sleep.",
  state: "suspended",
  send: (client) => client.post("/v1/power/suspend"),
});

/** `auxctl resume` */
export const addResumeCommand: AddCommand = order({
  name: "resume",
  summary: "resume all devices",
  description: "Resume all devices, those that others depend on first.",
  state: "active",
  send: (client) => client.post("/v1/power/resume"),
});
