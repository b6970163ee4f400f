import { chmodSync, mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import { connect } from "node:net";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { BusError } from "auxbus";
import { Tokens } from "@auxbus/host";
import { HostClient } from "@auxbus/host/client";
import { socketTransport } from "@auxbus/host/client/socket";
import { expect, test } from "vitest";
import { tempFolder } from "../temp-folder.ts";
import { addNic, HostRig, ON_PORT } from "./rig.ts";

interface Answered {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: string;
}

/** A request as somebody else would make it. */
function ask(
  url: string,
  headers: Record<string, string>,
  { method = "GET", body }: { readonly method?: string; readonly body?: string } = {},
): Promise<Answered> {
  return new Promise((resolve, reject) => {
    const asking = request(url, { method, headers, agent: false }, (response) => {
      text(response).then(
        (all) => resolve({ status: response.statusCode ?? 0, headers: response.headers, body: all }),
        reject,
      );
    });
    asking.on("error", reject);
    asking.end(body);
  });
}

test("over TCP everything of the API wants a token, in every spelling of a wrong one", async () => {
  const { host, url } = await HostRig.start({ config: ON_PORT });
  const wrong = ["", "Bearer", "Bearer ", "Bearer x", `Basic ${host.tokens.operator}`, host.tokens.operator];
  for (const authorization of [
    ...wrong,
    `Bearer ${host.tokens.operator.slice(0, -1)}`,
    `Bearer ${host.tokens.operator}x`,
  ]) {
    const { status, headers, body } = await ask(`${url}/v1/status`, { authorization });
    expect([status, headers["www-authenticate"]]).toEqual([401, "Bearer"]);
    expect(body).not.toContain(host.tokens.operator.slice(0, 8));
  }
  for (const path of [
    "/v1",
    "/v1/",
    "/v1/openapi.json",
    "/v1/metrics",
    "/v1/events",
    "/v1/nothing",
    "/v1/../v1/status",
  ]) {
    expect((await ask(url + path, {})).status, path).toBe(401);
  }
  // In the address it would be in logs and histories.
  expect((await ask(`${url}/v1/status?token=${host.tokens.operator}`, {})).status).toBe(401);
  expect((await ask(`${url}/v1/status`, { authorization: `Bearer ${host.tokens.reader}` })).status).toBe(200);
});

test("a reader reads, and changes nothing", async () => {
  const rig = await HostRig.start({ config: ON_PORT });
  await addNic(rig.host);
  const reader = rig.over(rig.host.tokens.reader);
  expect(await reader.get("/v1/status")).toMatchObject({ role: "reader" });
  expect((await reader.post("/v1/devices/lookup", { body: { paths: ["/devices/nic0"] } })).devices).toHaveLength(1);
  const { cursor } = rig.host.journal;
  const device = { bus: "auxiliary", device: "nic.eth.0" };
  const name = { params: { name: "x" } };
  const attempts = [
    () => reader.post("/v1/unbind", { body: { ...device, driver: "eth.eth" } }),
    () => reader.put("/v1/sysfs", { body: { path: "bus/auxiliary/drivers_autoprobe", value: "0" } }),
    () => reader.put("/v1/override", { body: { ...device, driver: "x" } }),
    () => reader.post("/v1/park", { body: { device: "/devices/nic0/nic.eth.0" } }),
    () => reader.post("/v1/modules/{name}/load", { ...name, body: {} }),
    () => reader.put("/v1/blacklist/{name}", name),
    () => reader.delete("/v1/blacklist/{name}", name),
    () => reader.post("/v1/power/suspend"),
    () => reader.post("/v1/reload"),
    () => reader.post("/v1/down"),
    () => reader.runVerb("x", {}, { signal: new AbortController().signal, report: () => {} }),
  ];
  for (const attempt of attempts) await expect(attempt()).rejects.toThrow("EPERM: this token may only read");
  // Neither done nor worth an entry.
  expect(rig.host.journal.cursor).toBe(cursor);
  expect(await rig.over(rig.host.tokens.operator).get("/v1/status")).toMatchObject({ role: "operator" });
});

test("the role at the socket is that of the configuration", async () => {
  const { client } = await HostRig.start({ config: { listen: { socketRole: "reader" } } });
  expect(await client.get("/v1/status")).toMatchObject({ role: "reader" });
  await expect(client.post("/v1/down")).rejects.toThrow("EPERM");
});

test("a name that was made to lead here is turned away (DNS rebinding), and so are pages of other sites", async () => {
  const { host, url } = await HostRig.start({ config: ON_PORT });
  const authorization = `Bearer ${host.tokens.operator}`;
  const { port } = new URL(url);
  for (const name of [
    "evil.example",
    `evil.example:${port}`,
    "127.0.0.1",
    `127.0.0.1:${Number(port) + 1}`,
    `localhost.evil.example:${port}`,
    `127.0.0.1:${port}.evil.example`,
  ]) {
    const { status } = await ask(`${url}/v1/status`, { authorization, host: name });
    // 400: it is no name at all.
    expect(status, name).toBe(name.startsWith(`127.0.0.1:${port}.`) ? 400 : 403);
  }
  for (const name of [`127.0.0.1:${port}`, `localhost:${port}`, `LOCALHOST:${port}`, `[::1]:${port}`]) {
    expect((await ask(`${url}/v1/status`, { authorization, host: name })).status, name).toBe(200);
  }
  for (const origin of [
    "null",
    "http://evil.example",
    `https://127.0.0.1:${port}`,
    "http://127.0.0.1",
    `http://localhost:${port}`,
  ]) {
    expect((await ask(`${url}/v1/status`, { authorization, origin })).status, origin).toBe(403);
    expect((await ask(`${url}/`, { origin })).status, origin).toBe(403);
  }
  expect((await ask(`${url}/v1/status`, { authorization, origin: url })).status).toBe(200);
  for (const site of ["cross-site", "same-site", "other"]) {
    expect((await ask(`${url}/v1/status`, { authorization, "sec-fetch-site": site })).status, site).toBe(403);
  }
  expect((await ask(`${url}/v1/status`, { authorization, "sec-fetch-site": "same-origin" })).status).toBe(200);
  // A page cannot ask whether it might: there is no answer to a preflight.
  const preflight = await ask(
    `${url}/v1/down`,
    { origin: "http://evil.example", "access-control-request-method": "POST" },
    { method: "OPTIONS" },
  );
  expect(preflight.status).toBe(403);
  expect(preflight.headers["access-control-allow-origin"]).toBeUndefined();
});

test("a body has to be JSON, of a known and moderate length", async () => {
  const { host, url } = await HostRig.start({ config: ON_PORT });
  const authorization = `Bearer ${host.tokens.operator}`;
  const post = (headers: Record<string, string>, body?: string): Promise<Answered> =>
    ask(`${url}/v1/rescan`, { authorization, ...headers }, { method: "POST", ...(body === undefined ? {} : { body }) });
  const json = { "content-type": "application/json" };
  const good = '{"bus":"auxiliary","device":"x"}';
  expect((await post(json, good)).status).toBe(404);
  for (const type of ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "application/jsonp"]) {
    expect((await post({ "content-type": type }, good)).status, type).toBe(415);
  }
  expect((await post({ ...json, "transfer-encoding": "chunked" }, good)).status).toBe(411);
  expect((await post(json, JSON.stringify({ bus: "x".repeat(300_000), device: "x" }))).status).toBe(413);
  for (const bad of [
    "",
    "{",
    "null",
    "[]",
    '"x"',
    '{"bus":1,"device":"x"}',
    '{"bus":"auxiliary"}',
    '{"__proto__":{"bus":"x"}}',
  ]) {
    expect((await post(json, bad)).status, bad).toBe(400);
  }
  expect(JSON.parse((await post(json, '{"bus":"auxiliary","device":5}')).body)).toEqual({
    error: { code: "EINVAL", message: "device: Invalid input: expected string, received number" },
  });
});

test("too many requests have to wait; one token does not use up the other's", async () => {
  const { host, url } = await HostRig.start({ config: { listen: { http: { port: 0 }, rate: 5 } } });
  const asked = (token: string): Promise<Answered> => ask(`${url}/v1/status`, { authorization: `Bearer ${token}` });
  const answers: Answered[] = [];
  for (let i = 0; i < 40; i++) answers.push(await asked(host.tokens.reader));
  const refused = answers.filter(({ status }) => status === 429);
  expect(refused.length).toBeGreaterThan(5);
  expect(refused[0]?.headers["retry-after"]).toBe("1");
  expect((await asked(host.tokens.operator)).status).toBe(200);
  // Whoever has none is counted, too.
  const strangers = await Promise.all(Array.from({ length: 40 }, () => asked("guess")));
  expect(strangers.some(({ status }) => status === 429)).toBe(true);
  expect((await asked(host.tokens.operator)).status).toBe(200);
});

test("there are only so many connections, and half a request is not waited for without end", async () => {
  const { url } = await HostRig.start({ config: { listen: { http: { port: 0 }, connections: 3 } } });
  const port = Number(new URL(url).port);
  const ends = Array.from({ length: 6 }, () => {
    const socket = connect(port, "127.0.0.1");
    return new Promise<string>((resolve) => {
      socket.on("error", () => resolve("closed"));
      socket.on("close", () => resolve("closed"));
      socket.on("connect", () => socket.write("GET /v1/status HTTP/1.1\r\n"));
      setTimeout(() => resolve("open"), 300).unref();
    }).finally(() => socket.destroy());
  });
  const states = await Promise.all(ends);
  expect(states.filter((state) => state === "open")).toHaveLength(3);
});

test("a page may do nothing but load its own files and ask this host; nothing outside its folder is served", async () => {
  const outside = tempFolder({ "secret.js": "TREASURE" });
  const folder = tempFolder({
    "index.html": "<!doctype html><title>x</title>",
    "assets/app-1.js": "1",
    "notes.txt": "not for a page",
    ".env": "SECRET=1",
  });
  symlinkSync(join(outside, "secret.js"), join(folder, "link.js"));
  symlinkSync(outside, join(folder, "away"));
  const { url } = await HostRig.start({ config: ON_PORT, consoleFolder: folder });
  const page = await ask(`${url}/`, {});
  expect([page.status, page.headers["content-type"], page.headers["cache-control"]]).toEqual([
    200,
    "text/html; charset=utf-8",
    "no-cache",
  ]);
  expect(page.headers["content-security-policy"]).toMatch(/^default-src 'none'; script-src 'self'; style-src 'self';/);
  expect(page.headers["content-security-policy"]).not.toMatch(/unsafe|\*|https?:/);
  expect(page.headers["x-content-type-options"]).toBe("nosniff");
  expect((await ask(`${url}/assets/app-1.js`, {})).headers["cache-control"]).toContain("immutable");
  expect((await ask(`${url}/`, { "if-none-match": String(page.headers["etag"]) })).status).toBe(304);
  const paths = ["/notes.txt", "/.env", "/link.js", "/away/secret.js", "/nothing.js", "/assets/", "/assets"];
  const tricks = [
    "/../package.json",
    "/%2e%2e/package.json",
    "/..%2fpackage.json",
    "/assets/..%5c..%5cx",
    "//etc/passwd",
    "/%00",
    "/assets/app-1.js%00.html",
    "/index.html/",
  ];
  for (const path of [...paths, ...tricks]) {
    const answer = await raw(url, path);
    expect(answer, path).toMatch(/^HTTP\/1.1 (404|400)/);
    expect(answer).not.toContain("TREASURE");
  }
  expect((await ask(`${url}/`, {}, { method: "POST" })).status).toBe(405);
});

/** The path as it is, which clients would tidy up. */
function raw(url: string, path: string): Promise<string> {
  const { port, host } = new URL(url);
  const socket = connect(Number(port), "127.0.0.1");
  socket.end(`GET ${path} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`);
  return text(socket);
}

test("the tokens are kept where only their owner can read them, and are never said", async () => {
  const state = join(tempFolder(), "state");
  const said: string[] = [];
  const rig = await HostRig.start({ config: ON_PORT, state });
  rig.host.core.log.subscribe(({ message }) => void said.push(message));
  const { operator, reader } = rig.host.tokens;
  expect(statSync(join(state, "tokens.json")).mode & 0o777).toBe(0o600);
  expect(statSync(state).mode & 0o777).toBe(0o700);
  expect(statSync(rig.socket).mode & 0o777).toBe(0o600);
  await rig
    .over(operator)
    .post("/v1/rescan", { body: { bus: "auxiliary", device: operator } })
    .catch(() => undefined);
  await rig
    .over(`${reader}x`)
    .get("/v1/status")
    .catch(() => undefined);
  const { entries } = await rig.client.get("/v1/journal", { query: { limit: 1000 } });
  expect(JSON.stringify(entries.filter(({ data }) => !("args" in data)))).not.toContain(operator.slice(0, 10));
  expect(JSON.stringify(entries)).not.toContain(reader.slice(0, 10));
  expect(said.join()).not.toContain(operator.slice(0, 10));
  await rig.host.stop();
  const again = await Tokens.kept(state);
  expect([again.operator, again.reader]).toEqual([operator, reader]);
  expect(again.roleOf(operator)).toBe("operator");
  expect(again.roleOf(reader)).toBe("reader");
  writeFileSync(join(state, "tokens.json"), '{"operator":"short"}');
  await expect(Tokens.kept(state)).rejects.toThrow(/cannot use the tokens in .*tokens.json: it is damaged; remove it/);
  expect(readFileSync(join(state, "tokens.json"), "utf8")).toBe('{"operator":"short"}');
});

test("nobody else's socket is taken, and what is no socket is left alone", async () => {
  const folder = tempFolder({ "file.sock": "precious" });
  const rig = await HostRig.start();
  await expect(HostRig.start({ socket: rig.socket })).rejects.toThrow(/^EADDRINUSE: a host is listening on /);
  await expect(HostRig.start({ socket: join(folder, "file.sock") })).rejects.toThrow(/^EEXIST: .* is no socket/);
  expect(readFileSync(join(folder, "file.sock"), "utf8")).toBe("precious");
  const { port } = new URL((await HostRig.start({ config: ON_PORT })).url);
  await expect(HostRig.start({ config: { listen: { http: { port: Number(port) } } } })).rejects.toThrow(
    `EADDRINUSE: somebody else listens on 127.0.0.1:${port}; choose another place in the configuration`,
  );
  // One that is left over from a host that was killed is.
  mkdirSync(join(folder, "run"));
  chmodSync(join(folder, "run"), 0o700);
  const stale = join(folder, "run", "stale.sock");
  const { spawnSync } = await import("node:child_process");
  spawnSync(process.execPath, [
    "-e",
    `require("net").createServer().listen(${JSON.stringify(stale)}, () => process.kill(process.pid, "SIGKILL"))`,
  ]);
  const over = await HostRig.start({ socket: stale });
  expect(await new HostClient(socketTransport(over.socket)).get("/v1/status")).toMatchObject({ api: 1 });
});

test("what a driver throws is told with its code, and is no mistake of the host", async () => {
  const { host, client } = await HostRig.start();
  await addNic(host);
  await host.core.auxiliary.register(
    {
      name: "odd",
      idTable: [{ name: "nic.odd" }],
      probe() {
        throw new TypeError("undefined is no function");
      },
    },
    { module: "odd" },
  );
  const nic = host.core.findDevice("/devices/nic0");
  if (nic === undefined) throw new BusError("ENODEV", "no nic0");
  await host.core.auxiliary.create(nic, { module: "nic", name: "odd", id: 0 });
  await expect(
    client.post("/v1/bind", { body: { bus: "auxiliary", driver: "odd.odd", device: "nic.odd.0" } }),
  ).rejects.toThrow("EIO: undefined is no function");
});
