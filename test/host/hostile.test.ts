import { Agent, request } from "node:http";
import { connect } from "node:net";
import { text } from "node:stream/consumers";
import { apiDocument } from "@auxbus/host";
import fc from "fast-check";
import { expect, test } from "vitest";
import { z } from "zod";
import { addNic, HostRig } from "./rig.ts";

/** As much of the OpenAPI document as requests are made of. */
const Document = z.object({
  paths: z.record(
    z.string(),
    z.record(
      z.string(),
      z.object({
        parameters: z.array(z.object({ name: z.string(), in: z.string() })).optional(),
        requestBody: z
          .object({ content: z.object({ "application/json": z.object({ schema: z.unknown() }) }) })
          .optional(),
      }),
    ),
  ),
});

interface Operation {
  readonly path: string;
  readonly method: string;
  readonly query: readonly string[];
  /** Names of the fields of its body; null: it has none. */
  readonly body: readonly string[] | null;
}

const Fields = z.object({ properties: z.record(z.string(), z.unknown()) });

const OPERATIONS: readonly Operation[] = Object.entries(Document.parse(apiDocument()).paths).flatMap(
  ([path, methods]) =>
    Object.entries(methods).map(([method, { parameters = [], requestBody }]) => {
      const schema = requestBody?.content["application/json"].schema;
      return {
        path,
        method: method.toUpperCase(),
        query: parameters.filter((each) => each.in === "query").map(({ name }) => name),
        body: schema === undefined ? null : Object.keys(Fields.parse(schema).properties),
      };
    }),
);

/** What somebody may try who knows what programs get wrong. */
const NASTY = [
  "",
  "null",
  "-1",
  "1e400",
  "NaN",
  "9007199254740993",
  "../../../etc/passwd",
  "%00",
  "\u0000",
  "\n\n: ",
  "'; DROP TABLE journal; --",
  '" OR 1=1',
  "%' ESCAPE '",
  "${process.exit()}",
  "__proto__",
  "constructor",
  "toString",
  "{{7*7}}",
  "<script>alert(1)</script>",
  "\ud800",
  "auxiliary",
  "nic.eth.0",
  "/devices/nic0/nic.eth.0",
  "eth.eth",
  "bus/auxiliary/drivers_autoprobe",
  "devices/nic0/nic.eth.0/driver/../../..",
  "a".repeat(5000),
];

const word = fc.oneof(
  fc.constantFrom(...NASTY),
  fc.string({ maxLength: 30 }),
  fc.string({ unit: "binary", maxLength: 10 }),
);
const json = fc.oneof(
  word,
  fc.integer(),
  fc.double(),
  fc.boolean(),
  fc.constant(null),
  fc.array(word, { maxLength: 3 }),
  fc.dictionary(word, word, { maxKeys: 3 }),
);

interface Attempt {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | null;
}

function encoded(value: string): string {
  // A lone half of a character cannot be encoded.
  return encodeURIComponent(value.replaceAll(/\p{Surrogate}/gu, "?"));
}

const query = (names: readonly string[]): fc.Arbitrary<string> =>
  fc
    .array(fc.tuple(names.length === 0 ? word : fc.oneof(fc.constantFrom(...names), word), word), { maxLength: 4 })
    .map((pairs) =>
      pairs.length === 0 ? "" : `?${pairs.map(([key, value]) => `${encoded(key)}=${encoded(value)}`).join("&")}`,
    );

const bodyOf = (fields: readonly string[]): fc.Arbitrary<string> =>
  fc.oneof(
    fc
      .tuple(...fields.map((field) => fc.tuple(fc.constant(field), json)))
      .map((pairs) => JSON.stringify(Object.fromEntries(pairs))),
    json.map((value) => JSON.stringify(value)),
    word,
    fc.constantFrom("{", "[".repeat(5000), '{"a":'.repeat(500), "\ufeff{}", '{"bus":"auxiliary","bus":1}'),
  );

/** A request for some place of the API, right or wrong in each of its parts. */
const attempt = (callers: readonly (string | null)[]): fc.Arbitrary<Attempt> =>
  fc.constantFrom(...OPERATIONS).chain(({ path, method, query: names, body }) =>
    fc.record({
      method: fc.oneof(
        { weight: 8, arbitrary: fc.constant(method) },
        { weight: 1, arbitrary: fc.constantFrom("GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS", "TRACE") },
      ),
      path: fc
        .tuple(
          fc.oneof(
            { weight: 9, arbitrary: fc.constant(path) },
            { weight: 1, arbitrary: word.map((name) => `/v1/${encoded(name)}`) },
          ),
          word,
          query(names),
        )
        .map(([place, name, asked]) => place.replaceAll(/\{\w+\}/g, () => encoded(name)) + asked),
      headers: fc
        .tuple(
          fc.constantFrom(...callers),
          fc.constantFrom(
            "application/json",
            "application/json; charset=utf-8",
            "text/plain",
            "multipart/form-data; boundary=x",
            "",
          ),
          fc.oneof(
            { weight: 6, arbitrary: fc.constant({}) },
            {
              weight: 1,
              arbitrary: fc.constantFrom(
                { origin: "http://evil.example" },
                { host: "evil.example" },
                { "last-event-id": "1e9" },
                { "x-auxbus-client": "x".repeat(1000) },
                { "if-none-match": "*" },
                { cookie: "token=1" },
                { "content-encoding": "gzip" },
                { expect: "100-continue" },
                { range: "bytes=0-" },
              ),
            },
          ),
        )
        .map(([authorization, type, more]): Record<string, string> => ({
          ...(authorization === null ? {} : { authorization }),
          ...(type === "" ? {} : { "content-type": type }),
          ...more,
        })),
      body: fc.oneof(fc.constant(null), bodyOf(body ?? [])),
    }),
  );

const agent = new Agent({ keepAlive: true, maxSockets: 16 });

/** @returns the status; streams of events are closed as soon as they begin */
function send(port: number, { method, path, headers, body }: Attempt): Promise<{ status: number; body: string }> {
  return new Promise((resolve, reject) => {
    const asking = request({ host: "127.0.0.1", port, method, path, headers, agent }, (response) => {
      const status = response.statusCode ?? 0;
      if (response.headers["content-type"] === "text/event-stream") {
        response.destroy();
        resolve({ status, body: "" });
      } else text(response).then((all) => resolve({ status, body: all }), reject);
    });
    asking.setTimeout(10_000, () => asking.destroy(new Error("no answer")));
    asking.on("error", reject);
    asking.end(body ?? undefined);
  });
}

async function each<T>(items: readonly T[], atOnce: number, fn: (item: T) => Promise<void>): Promise<void> {
  const queue = items.values();
  await Promise.all(
    Array.from({ length: atOnce }, async () => {
      for (const item of queue) await fn(item);
    }),
  );
}

const config = { listen: { http: { port: 0 }, rate: 1e9 } };

test("12,000 requests of strangers and readers: each is refused or reads; nothing is done, nothing is written down", async () => {
  const { host, client, url } = await HostRig.start({ config });
  await addNic(host);
  const before = { settings: host.settings.list(), snapshot: await client.get("/v1/snapshot") };
  const callers = [null, "Bearer x", `Bearer ${host.tokens.reader}`, `Bearer ${host.tokens.reader}`];
  await each(fc.sample(attempt(callers), 12_000), 16, async (tried) => {
    const { status, body } = await send(Number(new URL(url).port), tried);
    const told = JSON.stringify({ ...tried, status, body: body.slice(0, 300) });
    expect(status, told).toBeLessThan(500);
    if (tried.headers["authorization"] !== `Bearer ${host.tokens.reader}`) expect(status, told).toBeGreaterThan(399);
    if (status >= 400 && body !== "")
      expect(JSON.parse(body), told).toMatchObject({ error: { code: /^E[A-Z0-9_]+$/ } });
  });
  expect({ settings: host.settings.list(), snapshot: await client.get("/v1/snapshot") }).toEqual(before);
}, 120_000);

test("6,000 requests of a careless operator: no mistake of the host, whatever they ask for", async () => {
  const { host, client, url } = await HostRig.start({ config });
  await addNic(host);
  const operator = [`Bearer ${host.tokens.operator}`];
  const harmless = fc.sample(attempt(operator), 6500).filter(({ path }) => !path.startsWith("/v1/down"));
  await each(harmless.slice(0, 6000), 16, async (tried) => {
    const { status, body } = await send(Number(new URL(url).port), tried);
    const told = JSON.stringify({ ...tried, status, body: body.slice(0, 300) });
    expect(status === 507 || status < 500 || (status === 503 && tried.path.startsWith("/v1/events")), told).toBe(true);
  });
  expect(await client.get("/v1/status")).toMatchObject({ journal: { state: "ok", lost: 0 } });
  // The bus works as before.
  if (host.core.power.suspended) await client.post("/v1/power/resume");
  await client
    .put("/v1/override", { body: { bus: "auxiliary", device: "nic.eth.0", driver: null } })
    .catch(() => undefined);
  await client.post("/v1/unpark", { body: { device: "/devices/nic0/nic.eth.0" } });
  await client.post("/v1/rescan", { body: { bus: "auxiliary", device: "nic.eth.0" } });
  expect(host.core.auxiliary.find("nic.eth.0")?.driver?.name).toBe("eth.eth");
}, 120_000);

test("2,000 pieces of what is hardly HTTP: each connection ends, and the host goes on", async () => {
  const { host, client, url } = await HostRig.start({ config });
  const { cursor } = host.journal;
  const line = fc.oneof(
    fc.string({ unit: "binary", maxLength: 200 }),
    fc.constantFrom(
      "GET /v1/status HTTP/1.1\r\nHost: 127.0.0.1\r\nHost: evil\r\n\r\n",
      "GET /v1/status HTTP/1.1\r\n\r\n",
      "GET /v1/status HTTP/9.9\r\nHost: x\r\n\r\n",
      "GET http://evil.example/v1/status HTTP/1.1\r\nHost: evil.example\r\n\r\n",
      "POST /v1/down HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello",
      "POST /v1/down HTTP/1.1\r\nHost: localhost\r\nContent-Length: -1\r\n\r\n",
      "POST /v1/down HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n0\r\n\r\n",
      "POST /v1/down HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nZZ\r\n",
      `GET /${"a".repeat(20_000)} HTTP/1.1\r\nHost: localhost\r\n\r\n`,
      `GET / HTTP/1.1\r\nHost: localhost\r\n${"x: y\r\n".repeat(5000)}\r\n`,
      "GET / HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n",
      "CONNECT localhost:22 HTTP/1.1\r\nHost: localhost:22\r\n\r\n",
      "GET / HTTP/1.1\r\nHost: localhost\r\nExpect: something\r\n\r\n",
      "\u0016\u0003\u0001\u0002\u0000\u0001\u0000",
      "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    ),
  );
  await each(fc.sample(line, 2000), 16, async (sent) => {
    const socket = connect(Number(new URL(url).port), "127.0.0.1");
    socket.on("error", () => {});
    socket.end(sent, "latin1");
    const answer = await text(socket).catch(() => "");
    expect(answer, JSON.stringify(sent.slice(0, 200))).not.toMatch(/^HTTP\/1\.1 (200|5\d\d)/);
  });
  expect(host.journal.cursor).toBe(cursor);
  expect(await client.get("/v1/status")).toMatchObject({ api: 1 });
}, 120_000);
