import { readLines } from "./lines.ts";

/** One server-sent event. */
export interface SentEvent {
  readonly event: string;
  readonly data: string;
}

/** The events of a stream, as the HTML standard reads them; the host ends its lines with a newline alone. */
export async function* readEvents(pieces: AsyncIterable<string>): AsyncGenerator<SentEvent, void> {
  let event = "message";
  let data: string[] = [];
  for await (const line of readLines(pieces)) {
    if (line === "") {
      if (data.length > 0) yield { event, data: data.join("\n") };
      event = "message";
      data = [];
    } else if (line.startsWith("event: ")) event = line.slice(7);
    else if (line.startsWith("data: ")) data.push(line.slice(6));
  }
}
