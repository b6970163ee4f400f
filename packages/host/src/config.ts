import { readFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { BusError, toError } from "auxbus";
import { findNodeAtLocation, type Node, parseTree, type ParseError, printParseErrorCode } from "jsonc-parser";
import { z } from "zod";
import { ConfigSchema, type GivenConfig, type HostConfig } from "./config-schema.ts";

/** For a configuration in TypeScript: its default export. */
export function defineConfig(config: GivenConfig): GivenConfig {
  return config;
}

/** The JSON schema of the configuration, for editors. */
export function configSchema(): object {
  return z.toJSONSchema(ConfigSchema, { io: "input" });
}

/** A configuration with its defaults. @throws {BusError} `EINVAL` what is wrong with it */
export function parseConfig(given: unknown, file = "the configuration"): HostConfig {
  const parsed = ConfigSchema.safeParse(given);
  if (parsed.success) return parsed.data;
  throw wrong(parsed.error.issues.map((issue) => `${file}: ${complaint(issue)}`));
}

/**
 * The configuration in a file, JSON (with comments, if one likes) or TypeScript. Paths in it are from its folder.
 *
 * @throws {BusError} `ENOENT` there is no such file; `EINVAL` with line and key, what is wrong
 */
export async function loadConfig(file: string): Promise<HostConfig> {
  const config = /\.[cm]?[jt]s$/.test(file)
    ? parseConfig(await imported(file), file)
    : parseJson(await text(file), file);
  const from = (path: string): string => resolve(dirname(file), path);
  const { state, listen } = config;
  return {
    ...config,
    ...(state === undefined ? {} : { state: from(state) }),
    listen: listen.socket === undefined ? listen : { ...listen, socket: from(listen.socket) },
  };
}

async function text(file: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    throw new BusError("ENOENT", `cannot read ${file}: ${toError(error).message}`, { op: "config", cause: error });
  }
}

/** Node 20 runs no TypeScript by itself. */
async function imported(file: string): Promise<unknown> {
  await text(file);
  try {
    const { createJiti } = await import("jiti");
    // Each time anew: it is read again when it has changed.
    const jiti = createJiti(import.meta.url, { moduleCache: false, fsCache: false });
    return await jiti.import(resolve(file), { default: true });
  } catch (error) {
    throw new BusError("EINVAL", `${file}: ${toError(error).message}`, { op: "config", cause: error });
  }
}

function parseJson(json: string, file: string): HostConfig {
  const errors: ParseError[] = [];
  const tree = parseTree(json, errors, { allowTrailingComma: true });
  const lineAt = (offset: number): number => json.slice(0, offset).split("\n").length;
  if (tree === undefined || errors.length > 0) {
    const [first] = errors;
    const what = json.trim() === "" || first === undefined ? "it is empty" : printParseErrorCode(first.error);
    throw wrong([`${file}:${lineAt(first?.offset ?? 0)}: no JSON: ${what}`]);
  }
  const parsed = ConfigSchema.safeParse(valueOf(tree));
  if (parsed.success) return parsed.data;
  throw wrong(parsed.error.issues.map((issue) => `${file}:${lineAt(offsetOf(tree, issue))}: ${complaint(issue)}`));
}

function valueOf(node: Node): unknown {
  if (node.type === "array") return (node.children ?? []).map(valueOf);
  if (node.type !== "object") return node.value;
  return Object.fromEntries(
    (node.children ?? []).map(({ children: [key, value] = [] }) => [
      String(key?.value),
      value === undefined ? undefined : valueOf(value),
    ]),
  );
}

type Issue = z.core.$ZodIssue;

/** Where the mistake is: the nearest thing that is in the file. */
function offsetOf(tree: Node, issue: Issue): number {
  const path = pathOf(issue);
  for (let length = path.length; length > 0; length--) {
    const node = findNodeAtLocation(tree, path.slice(0, length));
    // Of a field, where its name is.
    if (node !== undefined) return (node.parent?.type === "property" ? node.parent : node).offset;
  }
  return tree.offset;
}

function pathOf(issue: Issue): (string | number)[] {
  const path = issue.path.map((part) => (typeof part === "number" ? part : String(part)));
  return issue.code === "unrecognized_keys" ? [...path, ...issue.keys.slice(0, 1)] : path;
}

function complaint(issue: Issue): string {
  const where = pathOf(issue).join(".");
  if (issue.code === "unrecognized_keys") {
    const known = knownKeys(issue.path);
    return `${where}: there is no such key${known.length === 0 ? "" : `; there are ${known.join(", ")}`}`;
  }
  return where === "" ? issue.message : `${where}: ${issue.message}`;
}

function knownKeys(path: Issue["path"]): string[] {
  const { shape } = ConfigSchema;
  if (path.length === 0) return Object.keys(shape);
  const [key] = path;
  if (path.length > 1) return [];
  if (key === "listen") return Object.keys(shape.listen.unwrap().shape);
  if (key === "journal") return Object.keys(shape.journal.unwrap().shape);
  return key === "crash" ? Object.keys(shape.crash.unwrap().shape) : [];
}

function wrong(complaints: readonly string[]): BusError {
  return new BusError("EINVAL", complaints.join("\n"), { op: "config" });
}
