import { readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { type Schema, Validator } from "@cfworker/json-schema";
import { BusError } from "auxbus";
import { complaint } from "./manifest-complaint.ts";
import { type ModuleInfo, moduleName, nameOfPackage } from "./module-info.ts";
import { isOfType, type ParamDefinition } from "./param.ts";

/** The field `auxbus` of a package.json, as the schema describes it. */
interface ModuleField {
  readonly module?: string;
  readonly aliases?: readonly string[];
  readonly softdep?: { readonly pre?: readonly string[]; readonly post?: readonly string[] };
  readonly params?: Readonly<Record<string, ParamDefinition>>;
  readonly isolation?: ModuleInfo["isolation"];
}

/** A package.json, as far as modules need it. */
export interface Manifest {
  /** What the package says about its module; `declared` tells whether it says that it is one. */
  readonly info: Omit<ModuleInfo, "depends">;
  readonly declared: boolean;
  /** The packages that it depends on, in whatever way: what is there may be imported. */
  readonly dependencies: readonly string[];
  /** Where the packages are that are worked on together with it. */
  readonly workspaces: readonly string[];
}

/** A driver is made for whatever version of its subsystem is installed: npm calls that a peer. */
const DEPENDENCIES = ["dependencies", "peerDependencies", "optionalDependencies"] as const;

const SCHEMA = readSchema();
const validator = new Validator(SCHEMA, "2020-12", false);

/**
 * Reads the package.json in a folder; undefined when there is none.
 *
 * @throws {BusError} `EINVAL` it is no JSON, or its field `auxbus` is not as the schema says: file, field and what
 *   is wrong
 */
export async function readManifest(folder: string): Promise<Manifest | undefined> {
  const file = join(folder, "package.json");
  const text = await readFile(file, "utf8").catch(() => undefined);
  return text === undefined ? undefined : parseManifest(text, file, folder);
}

/** @throws {BusError} as `readManifest` */
export function parseManifest(text: string, file: string, folder: string): Manifest {
  const json = parseJson(text, file);
  const field = checkField(json["auxbus"], file);
  const packageName = stringOf(json["name"]) ?? basename(folder);
  return {
    info: {
      name: moduleName(field?.module ?? nameOfPackage(packageName)),
      packageName,
      version: stringOf(json["version"]) ?? "",
      description: stringOf(json["description"]) ?? "",
      folder,
      entry: entryOf(json),
      aliases: field?.aliases ?? [],
      softdep: {
        pre: (field?.softdep?.pre ?? []).map(moduleName),
        post: (field?.softdep?.post ?? []).map(moduleName),
      },
      params: field === undefined ? null : (field.params ?? {}),
      isolation: field?.isolation ?? "none",
    },
    declared: field !== undefined,
    dependencies: [...new Set(DEPENDENCIES.flatMap((field) => Object.keys(recordOf(json[field]))))],
    workspaces: workspacesOf(json["workspaces"]),
  };
}

function parseJson(text: string, file: string): Record<string, unknown> {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw new BusError("EINVAL", `${file} is no JSON: ${String(cause)}`, { op: "depmod", cause });
  }
  if (!isRecord(json)) throw new BusError("EINVAL", `${file} holds no object`, { op: "depmod" });
  return json;
}

function checkField(field: unknown, file: string): ModuleField | undefined {
  if (field === undefined || field === false) return undefined;
  if (field === true) return {};
  if (!isField(field)) {
    const { errors } = validator.validate(field);
    throw new BusError("EINVAL", `${file}: ${complaint("auxbus", field, SCHEMA, errors)}`, { op: "depmod" });
  }
  for (const [name, { type, default: value }] of Object.entries(field.params ?? {})) {
    if (value === undefined || isOfType(value, type)) continue;
    throw new BusError(
      "EINVAL",
      `${file}: auxbus.params.${name}.default: expected ${type === "int" ? "an int" : `a ${type}`}, not ${JSON.stringify(value)}`,
      {
        op: "depmod",
      },
    );
  }
  return field;
}

function isField(field: unknown): field is ModuleField {
  return isRecord(field) && validator.validate(field).valid;
}

function readSchema(): Schema {
  const text = readFileSync(new URL("../schema/auxbus-module.schema.json", import.meta.url), "utf8");
  const schema: unknown = JSON.parse(text);
  if (!isRecord(schema)) throw new TypeError("the schema is an object");
  return schema;
}

const CONDITIONS = new Set(["node", "import", "module-sync", "default"]);

/** The file that `import` of the package gives, relative to its folder; null when it exports nothing. */
function entryOf({ main, exports }: Record<string, unknown>): string | null {
  if (exports === undefined || exports === null) return stringOf(main) ?? "index.js";
  return target(isRecord(exports) && "." in exports ? exports["."] : exports) ?? null;
}

/** The first target whose condition holds, as Node resolves it. */
function target(value: unknown): string | undefined {
  if (typeof value === "string") return value;
  if (!isRecord(value)) return undefined;
  for (const [condition, nested] of Object.entries(value)) {
    const found = CONDITIONS.has(condition) ? target(nested) : undefined;
    if (found !== undefined) return found;
  }
  return undefined;
}

/** A list of patterns, or, as yarn has it, an object with such a list. */
function workspacesOf(value: unknown): string[] {
  const patterns = isRecord(value) ? value["packages"] : value;
  return Array.isArray(patterns) ? patterns.filter((pattern) => typeof pattern === "string") : [];
}

function stringOf(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}

function recordOf(value: unknown): Record<string, unknown> {
  return isRecord(value) ? value : {};
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
