import type { ServerResponse } from "node:http";
import { BusError, errnoOf } from "auxbus";
import type { Control, GivenArgs } from "@auxbus/control";
import { reasonOf } from "../reason.ts";

/** How much whoever asked may leave unread, in bytes. */
const MOST_UNREAD = 4 * 1024 * 1024;

/**
 * Runs a verb and answers with one JSON object a line: `report`s as they come, at the end a `result` or an `error`.
 * The verb is told to end when the connection is closed.
 *
 * @throws what the verb has failed with, when that has been answered
 */
export async function answerVerb(
  control: Control,
  name: string,
  args: GivenArgs,
  response: ServerResponse,
): Promise<void> {
  const running = new AbortController();
  const leave = (): void => running.abort(new BusError("ECANCELED", "nobody waits for it any more", { op: "run" }));
  if (response.destroyed) leave();
  response.once("close", leave);
  response.writeHead(200, { "content-type": "text/x-ndjson", "cache-control": "no-store" });
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
    const result = await control.run(name, args, { signal: running.signal, report });
    running.signal.throwIfAborted();
    say({ result: result ?? null });
  } catch (error) {
    const why: unknown = running.signal.aborted ? running.signal.reason : error;
    say({ error: { code: errnoOf(why), message: reasonOf(why) } });
    throw why;
  } finally {
    response.end();
  }
}
