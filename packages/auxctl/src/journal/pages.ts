import type { HostClient } from "@auxbus/host/client";
import type { Entry } from "./entry.ts";
import type { Filter } from "./filter.ts";

/** As many as the host gives at a time. */
const PAGE = 1000;

/** The newest entries, the oldest of them first. */
export async function newest(client: HostClient, filter: Filter, most: number): Promise<Entry[]> {
  const pages: (readonly Entry[])[] = [];
  let before: number | undefined;
  for (let missing = most; missing > 0;) {
    const limit = Math.min(missing, PAGE);
    const place = before === undefined ? {} : { before };
    const { entries, more } = await client.get("/v1/journal", { query: { ...filter, ...place, limit, order: "desc" } });
    pages.push(entries);
    missing -= entries.length;
    before = entries.at(-1)?.id;
    if (!more || before === undefined) break;
  }
  return pages.flat().toReversed();
}

/** All entries after one, the oldest first, a page at a time. @param end the first that is not asked for */
export async function* pagesAfter(
  client: HostClient,
  filter: Filter,
  start = 0,
  end?: number,
): AsyncGenerator<readonly Entry[], void> {
  const until = end === undefined ? {} : { before: end };
  for (let after = start; ;) {
    const query = { ...filter, ...until, after, limit: PAGE, order: "asc" } as const;
    const { entries, more } = await client.get("/v1/journal", { query });
    yield entries;
    const last = entries.at(-1);
    if (!more || last === undefined) return;
    after = last.id;
  }
}
