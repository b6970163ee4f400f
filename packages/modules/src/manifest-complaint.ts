import type { OutputUnit, Schema } from "@cfworker/json-schema";

/** Those that say themselves what is wrong; the others only say that something below is. */
const LEAVES: ReadonlySet<string> = new Set(["type", "enum", "pattern", "minLength", "maxLength", "required", "false"]);

const TYPES: Readonly<Record<string, string>> = {
  array: "a list",
  boolean: "true or false",
  object: "an object",
  string: "a text",
};

/** What is wrong with a field, and what is expected there, in one line: `auxbus.isolation: expected …, not "moon"`. */
export function complaint(name: string, field: unknown, schema: Schema, errors: readonly OutputUnit[]): string {
  const index = errors.findLastIndex(({ keyword }) => LEAVES.has(keyword));
  const error = errors[index];
  if (error === undefined) return `${name}: not as its schema says`;
  const path = error.instanceLocation.split("/").slice(1).map(unescape);
  const where = [name, ...path].join(".");
  if (error.keyword === "false") {
    const parent = schemaAt(schema, errors[index - 1]?.keywordLocation);
    const known = Object.keys(recordOf(parent["properties"]));
    return `${where}: there is no such field; there are ${known.join(", ")}`;
  }
  const at = schemaAt(schema, error.keywordLocation);
  if (error.keyword === "required") return `${where}: expected ${textOf(at["required"])} in it`;
  if (error.keywordLocation.includes("/propertyNames/")) return `${where}: ${textOf(at["description"])}`;
  return `${where}: expected ${expected(error.keyword, at)}, not ${JSON.stringify(valueAt(field, path))}`;
}

function expected(keyword: string, schema: Record<string, unknown>): string {
  if (keyword === "enum") return `one of ${textOf(schema["enum"])}`;
  if (keyword !== "type") return textOf(schema["description"]);
  return [schema["type"]]
    .flat()
    .map((type) => TYPES[String(type)] ?? `a ${String(type)}`)
    .join(" or ");
}

/** The schema that has the keyword at a location such as `#/anyOf/1/$ref/properties/module/pattern`. */
function schemaAt(schema: Schema, location = "#"): Record<string, unknown> {
  let at: unknown = schema;
  for (const part of location.split("/").slice(1, -1).map(unescape)) {
    const next: unknown = stepInto(at, part);
    at = part === "$ref" && typeof next === "string" ? valueAt(schema, next.split("/").slice(1)) : next;
  }
  return recordOf(at);
}

function valueAt(value: unknown, path: readonly string[]): unknown {
  return path.reduce(stepInto, value);
}

function stepInto(value: unknown, part: string): unknown {
  return typeof value === "object" && value !== null && Object.hasOwn(value, part)
    ? Reflect.get(value, part)
    : undefined;
}

function recordOf(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null ? { ...value } : {};
}

function textOf(value: unknown): string {
  return Array.isArray(value) ? value.join(", ") : String(value);
}

/** As JSON pointers write `/` and `~`. */
function unescape(part: string): string {
  return part.replaceAll("~1", "/").replaceAll("~0", "~");
}
