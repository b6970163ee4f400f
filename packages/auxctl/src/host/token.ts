import { readFile } from "node:fs/promises";
import { parseConfig, tokenFile } from "@auxbus/host";
import { UsageError } from "../exit-code.ts";
import type { Shell } from "../shell.ts";
import { configSource, readConfig, stateFolder } from "./host-config.ts";
import { runningHosts } from "./socket-path.ts";
import type { TokenOptions } from "./token-command.ts";

/** Prints where the console is, and a token for it. @throws {UsageError} there is none */
export async function token(options: TokenOptions, shell: Shell): Promise<void> {
  const { env } = shell.io;
  const source = configSource(options.config, shell.io);
  const config = source.file === null ? parseConfig({ name: await nameOf(options, env) }) : await readConfig(source);
  const file = tokenFile(stateFolder(config, env));
  const role = options.reader === true ? "reader" : "operator";
  const secret = await readToken(file, role);
  const { http } = config.listen;
  if (source.file !== null && http === false) {
    throw new UsageError(`host ${config.name} has no port; say "listen": { "http": {} } in ${source.file}`);
  }
  const { host, port } = http === false ? { host: "127.0.0.1", port: 7420 } : http;
  const url = `http://${host === "::1" ? "[::1]" : host}:${port}/#token=${secret}`;
  shell.print(options, { host: config.name, role, token: secret, url }, () => [url]);
}

async function nameOf({ host }: TokenOptions, env: Shell["io"]["env"]): Promise<string> {
  const named = host ?? env["AUXBUS_HOST"] ?? "";
  if (named !== "") return named;
  const running = (await runningHosts(env)).filter(({ name }) => !name.startsWith("run-"));
  return running.length === 1 ? (running[0]?.name ?? "main") : "main";
}

async function readToken(file: string, role: "reader" | "operator"): Promise<string> {
  const text = await readFile(file, "utf8").catch((error: Error) => {
    throw new UsageError(`there is no token in ${file}: ${error.message}; auxctl up makes it at the first start`);
  });
  // Not by its shape in JSON, which the host looks at: a token has no character that JSON would escape.
  const [, secret] = new RegExp(`"${role}":\\s*"([^"\\\\]+)"`).exec(text) ?? [];
  if (secret !== undefined) return secret;
  throw new UsageError(`${file} is damaged: it has no token of a ${role}`);
}
