import type { Command } from "commander";
import type { HostClient } from "@auxbus/host/client";
import { findDevice } from "../devices/find-device.ts";
import type { AddCommand, CommonOptions, Shell } from "../shell.ts";
import { CHANGE_CODES, help, onHost } from "./host-option.ts";

const DEVICE = "name, BUS/NAME, path, or how the name begins or ends";

interface ParkOptions extends CommonOptions {
  readonly reason?: string;
}

/** `auxctl park` */
export function addParkCommand(program: Command, shell: Shell): Command {
  return onHost(program.command("park"))
    .summary("keep all drivers away from a device")
    .description("Unbind a device and keep all drivers away from it, also when the host is started again.")
    .argument("<device>", DEVICE)
    .option("-r, --reason <text>", "why, for those who wonder")
    .addHelpText("after", help(["auxctl park 0000:08:00.0 --reason 'overheats'"], CHANGE_CODES))
    .action(async (word: string, options: ParkOptions) => {
      const client = await shell.host(options);
      const device = await pathOf(word, client);
      const { reason } = options;
      await client.post("/v1/park", { body: { device, ...(reason === undefined ? {} : { reason }) } });
      shell.done(options, { device, state: "parked" });
    });
}

/** `auxctl unpark` */
export const addUnparkCommand: AddCommand = (program, shell) =>
  unpark(program.command("unpark"), shell)
    .summary("let drivers bind to a parked device again")
    .addHelpText("after", help(["auxctl unpark 0000:08:00.0"], CHANGE_CODES));

/** `auxctl reset` */
export const addResetCommand: AddCommand = (program, shell) =>
  unpark(program.command("reset"), shell)
    .summary("the same as unpark")
    .addHelpText("after", help(["auxctl reset snd_sof.hda-probes.0"], CHANGE_CODES));

function unpark(command: Command, shell: Shell): Command {
  return onHost(command)
    .description("Forget that a device is parked and how often its driver has crashed, and try its drivers again.")
    .argument("<device>", DEVICE)
    .action(async (word: string, options: CommonOptions) => {
      const client = await shell.host(options);
      const device = (await parkedPath(word, client)) ?? (await pathOf(word, client));
      await client.post("/v1/unpark", { body: { device } });
      shell.done(options, { device, state: "unparked" });
    });
}

async function pathOf(word: string, client: HostClient): Promise<string> {
  return findDevice(await client.get("/v1/snapshot", { query: { parts: "devices" } }), word).path;
}

/** One that is parked need not be there. */
async function parkedPath(word: string, client: HostClient): Promise<string | undefined> {
  const { parked } = await client.get("/v1/snapshot", { query: { parts: "parked" } });
  const path = word.replace(/^\/sys(?=\/)/, "");
  return parked.find(({ device }) => device === path || device.endsWith(`/${word}`))?.device;
}
