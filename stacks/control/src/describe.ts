import { BusError } from "auxbus";
import type { Verb, VerbInfo, VerbParam, VerbParamInfo } from "./verb.ts";

const WORD = /^[a-z][a-z0-9]*([-_][a-z0-9]+)*$/;
const TYPES: ReadonlySet<unknown> = new Set(["string", "number", "boolean"]);

/** What is known of a verb without running it. @throws {BusError} `EINVAL` the verb is not as it should be */
export function describeVerb(verb: Verb): VerbInfo {
  const { name, summary, params = [] } = verb;
  const told = typeof name === "string" ? `verb ${name}` : "a verb";
  expect(isName(name), `${told}: its name is words in lower case with one space between them`);
  expect(isLine(summary), `${told}: its summary is one line of text`);
  expect(typeof verb.run === "function", `${told}: it has no function run`);
  expect(Array.isArray(params), `${told}: its params are a list`);
  const described = params.map((param) => describeParam(param, told));
  const names = new Set<string>();
  let optional: string | undefined;
  for (const { name, positional, required } of described) {
    expect(!names.has(name), `${told}: it has two parameters ${name}`);
    names.add(name);
    if (!positional) continue;
    // Nobody could tell which of the two is given.
    expect(
      !required || optional === undefined,
      `${told}: ${name} is required and comes after ${optional}, which is not`,
    );
    if (!required) optional = name;
  }
  return { name, summary, params: described };
}

function describeParam(param: VerbParam, verb: string): VerbParamInfo {
  expect(typeof param === "object" && param !== null, `${verb}: a parameter is an object`);
  const { name, type = "string", positional = false, required = false, description, choices } = param;
  expect(typeof name === "string" && WORD.test(name), `${verb}: the name of a parameter is a word in lower case`);
  const told = `${verb}: parameter ${name}`;
  expect(TYPES.has(type), `${told}: its type is string, number or boolean`);
  expect(typeof positional === "boolean", `${told}: positional is true or false`);
  expect(typeof required === "boolean", `${told}: required is true or false`);
  expect(isLine(description), `${told}: its description is one line of text`);
  expect(param.complete === undefined || typeof param.complete === "function", `${told}: complete is a function`);
  const info = { name, type, positional, required, description };
  if (choices === undefined) return info;
  expect(type === "string", `${told}: only a string has choices`);
  expect(Array.isArray(choices) && choices.length > 0 && choices.every(isLine), `${told}: its choices are texts`);
  return { ...info, choices: [...choices] };
}

function expect(holds: boolean, complaint: string): void {
  if (!holds) throw new BusError("EINVAL", complaint, { op: "add" });
}

function isName(value: unknown): boolean {
  return typeof value === "string" && value.split(" ").every((word) => WORD.test(word));
}

/** Nothing that would disturb a terminal, either. */
function isLine(value: unknown): boolean {
  return typeof value === "string" && value !== "" && !/\p{Cc}/u.test(value);
}
