import { checkArgs, type GivenArgs, type VerbInfo } from "@auxbus/control";
import { BusError } from "auxbus";
import type { HostClient } from "@auxbus/host/client";
import { UsageError } from "../exit-code.ts";
import { Interrupt } from "../interrupt.ts";
import type { Shell } from "../shell.ts";
import type { VerbOutput } from "./verb-output.ts";

/** Runs a verb of a host until it ends or Ctrl-C comes. @throws {UsageError} the arguments are wrong */
export async function runVerb(
  verb: VerbInfo,
  given: GivenArgs,
  client: HostClient,
  output: VerbOutput,
  { io, finish }: Shell,
): Promise<void> {
  const args = checked(verb, given);
  const asking = new AbortController();
  const interrupt = new Interrupt(io, () => asking.abort());
  try {
    const report = (record: unknown): void => output.report(record);
    output.result(await client.runVerb(verb.name, args, { signal: asking.signal, report }));
  } catch (error) {
    if (interrupt.exitCode === null) throw error;
    finish(interrupt.exitCode);
  } finally {
    interrupt[Symbol.dispose]();
  }
}

/** Before the bus is asked: what is wrong with the command line is not a refusal of the bus. */
function checked(verb: VerbInfo, given: GivenArgs): GivenArgs {
  try {
    return checkArgs(verb, given);
  } catch (error) {
    throw error instanceof BusError ? new UsageError(error.reason) : error;
  }
}
