import { type Command, InvalidArgumentError, Option } from "commander";
import { UsageError } from "../exit-code.ts";
import { help, onView } from "../host/host-option.ts";
import type { CommonOptions, Shell } from "../shell.ts";
import { TARGETS, type Target } from "./awaited-device.ts";
import { waitFor } from "./wait.ts";

interface WaitOptions extends CommonOptions, Partial<Readonly<Record<Target, boolean>>> {
  readonly timeout?: number;
}

/** `auxctl wait` */
export function addWaitCommand(program: Command, shell: Shell): Command {
  const command = onView(program.command("wait"))
    .summary("wait until a device is bound, unbound, there or gone")
    .description("Wait until a device is bound, unbound, there or gone; one that is not there yet may be named, too.")
    .argument("<device>", "whole name, BUS/NAME or path");
  for (const target of TARGETS) {
    const others = TARGETS.filter((other) => other !== target);
    command.addOption(new Option(`--${target}`, DESCRIPTIONS[target]).conflicts(others));
  }
  return command
    .option("-t, --timeout <seconds>", "give up after so long (never)", parseSeconds)
    .addHelpText(
      "after",
      help(["auxctl wait --bound mlx5_core.rdma.0 --timeout 10", "auxctl wait --gone nic.eth.0"], WAIT_CODES),
    )
    .action(async (word: string, options: WaitOptions) => {
      const target = TARGETS.find((each) => options[each] === true);
      if (target === undefined) throw new UsageError("say what for: --bound, --unbound, --present or --gone");
      await waitFor({ word, target, timeout: options.timeout, options }, shell);
    });
}

const DESCRIPTIONS: Readonly<Record<Target, string>> = {
  bound: "until a driver has it",
  unbound: "until it is there without driver",
  present: "until it is there",
  gone: "until it is not there",
};

function parseSeconds(word: string): number {
  const seconds = Number(word);
  // Longer than timers can be.
  if (/^\d+(\.\d+)?$/.test(word) && seconds <= 2_000_000) return seconds;
  throw new InvalidArgumentError("It is a number of seconds, at most 2000000.");
}

const WAIT_CODES = `
Exit codes:
  0    it is so
  1    it was not so in time, and why; or the host has gone
  2    the command line is wrong, or no host is running
  130  ended by Ctrl-C (143: by SIGTERM)`;
