import type { IncomingMessage } from "node:http";
import type { MiddlewareHandler } from "hono";
import type { Role, Tokens } from "../tokens.ts";
import type { ApiEnv, Caller } from "./caller.ts";
import { ApiError } from "./http-error.ts";
import type { RateLimit } from "./rate-limit.ts";

/** Bytes that a request may have in its body. */
const BODY = 256 * 1024;

/** How a listener lets callers in. */
export type Entrance =
  /** Whoever can open the socket. */
  | { readonly kind: "socket"; readonly role: Role }
  /** Whoever shows a token, on this machine. Its port is part of what a `Host` header has to be. */
  | { readonly kind: "tcp"; readonly tokens: Tokens; readonly rate: RateLimit; port(): number };

/** What readers may do although it is no GET: it changes nothing. */
const HARMLESS: ReadonlySet<string> = new Set(["/v1/devices/lookup"]);

/**
 * Lets in who may come in. A page of another site, and one whose name was made to lead here (DNS rebinding), is
 * turned away by `Host`, `Origin` and `Sec-Fetch-Site`, whatever token it has.
 */
export function gate(entrance: Entrance): MiddlewareHandler<ApiEnv> {
  return async (context, next) => {
    const { incoming } = context.env;
    const { method, path } = context.req;
    expectSite(incoming, entrance);
    const inApi = path === "/v1" || path.startsWith("/v1/");
    const caller = callerOf(incoming, entrance);
    if (entrance.kind === "tcp") {
      const wait = entrance.rate.take(caller?.role ?? "anybody");
      if (wait > 0) {
        context.header("retry-after", String(Math.ceil(wait / 1000)));
        throw new ApiError(429, "EAGAIN", `too many requests; try again in ${wait} ms`);
      }
    }
    if (inApi) {
      if (caller === null) {
        context.header("www-authenticate", "Bearer");
        throw new ApiError(401, "EACCES", "show a token of this host: authorization: Bearer …");
      }
      if (caller.role !== "operator" && !["GET", "HEAD"].includes(method) && !HARMLESS.has(path)) {
        throw new ApiError(403, "EPERM", "this token may only read; take the operator's");
      }
      expectJson(incoming);
      context.set("caller", caller);
    } else if (!["GET", "HEAD"].includes(method)) {
      throw new ApiError(405, "EINVAL", `there is nothing to ${method} here`);
    }
    await next();
  };
}

/** The request is for this host, and no page of another site has made it. */
function expectSite({ headers }: IncomingMessage, entrance: Entrance): void {
  const { host, origin } = headers;
  const names = ["localhost", "127.0.0.1", "[::1]"];
  const hosts = entrance.kind === "tcp" ? names.map((name) => `${name}:${entrance.port()}`) : [...names, "auxbus"];
  if (host === undefined || !hosts.includes(host.toLowerCase())) {
    throw new ApiError(403, "EPERM", `the Host header has to be one of ${hosts.join(", ")}`);
  }
  if (origin !== undefined && origin !== `http://${host}`) {
    throw new ApiError(403, "EPERM", `pages of ${JSON.stringify(origin)} may not ask this host`);
  }
  const site = headers["sec-fetch-site"];
  if (site !== undefined && site !== "same-origin" && site !== "none") {
    throw new ApiError(403, "EPERM", "pages of other sites may not ask this host");
  }
}

function callerOf({ headers }: IncomingMessage, entrance: Entrance): Caller | null {
  const claimed = headers["x-auxbus-client"];
  const name = typeof claimed === "string" && /^[\x20-\x7e]{1,128}$/.test(claimed) ? claimed : "?";
  if (entrance.kind === "socket") return { role: entrance.role, who: `socket: ${name}` };
  const [, token] = /^Bearer ([\x21-\x7e]{1,256})$/i.exec(headers.authorization ?? "") ?? [];
  const role = token === undefined ? null : entrance.tokens.roleOf(token);
  return role === null ? null : { role, who: `http ${role}: ${name}` };
}

/** A body says how long it is, and that it is JSON: a form of another site cannot. */
function expectJson({ headers }: IncomingMessage): void {
  const length = Number(headers["content-length"] ?? 0);
  if (headers["transfer-encoding"] !== undefined) {
    throw new ApiError(411, "EINVAL", "say how long the body is: content-length");
  }
  if (length > BODY) throw new ApiError(413, "EMSGSIZE", `the body of a request has at most ${BODY} bytes`);
  if (length === 0 || /^application\/json\s*(;|$)/i.test(headers["content-type"] ?? "")) return;
  throw new ApiError(415, "EINVAL", "the body has to be application/json");
}
