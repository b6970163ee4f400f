import type { ServerResponse } from "node:http";
import { BusError, errnoOf, toError } from "auxbus";
import type { GivenArgs } from "@auxbus/control";
import type { BusControl } from "./bus-control.ts";
import { BadRequest, isRecord } from "./request.ts";

/** How much whoever asked may leave unread, in bytes. */
const MOST_UNREAD = 4 * 1024 * 1024;

/** A verb that is to be run, and its arguments. */
export interface VerbRequest {
  readonly name: string;
  readonly args: GivenArgs;
}

/** @throws {BadRequest} */
export function parseVerbRequest(said: object): VerbRequest {
  if (!("name" in said) || !("args" in said)) throw new BadRequest(400, "a request has a name and args");
  const { name, args } = said;
  if (typeof name !== "string") throw new BadRequest(400, "the name of a verb is text");
  if (!isGiven(args)) throw new BadRequest(400, `these are no arguments of a verb`);
  return { name, args };
}

function isGiven(args: unknown): args is GivenArgs {
  return isRecord(args) && Object.values(args).every((value) => ["string", "number", "boolean"].includes(typeof value));
}

/**
 * Runs a verb and answers with one JSON object a line: `report`s as they come, at the end a `result` or an `error`.
 * The verb is told to end when the connection is closed.
 */
export async function answerVerb(
  { name, args }: VerbRequest,
  control: BusControl,
  response: ServerResponse,
): Promise<void> {
  const running = new AbortController();
  const leave = (): void => running.abort(new BusError("ECANCELED", "nobody waits for it any more", { op: "run" }));
  if (response.destroyed) leave();
  response.once("close", leave);
  response.writeHead(200, { "content-type": "application/x-ndjson", connection: "close" });
  response.flushHeaders();
  const say = (line: object): void => {
    const text = JSON.stringify(line);
    if (!response.destroyed && !response.writableEnded) response.write(`${text}\n`);
  };
  const report = (record: unknown): void => {
    if (running.signal.aborted) return;
    try {
      say({ report: record ?? null });
      if (response.writableLength > MOST_UNREAD) {
        throw new BusError("ENOBUFS", `${name} reports faster than its reports are read`, { op: "run" });
      }
    } catch (error) {
      // Not thrown to the verb: it may be in a worker, where nobody would catch it.
      running.abort(error);
    }
  };
  try {
    const result = await control.runVerb(name, args, { signal: running.signal, report });
    running.signal.throwIfAborted();
    say({ result: result ?? null });
  } catch (error) {
    const why: unknown = running.signal.aborted ? running.signal.reason : error;
    say({ error: { code: errnoOf(why), message: toError(why).message } });
  }
  response.end();
}
