import type { Attribute } from "./attributes.ts";
import { BusError } from "./errors.ts";

const DECIMAL = /^\d+(?:\.\d+)?$/;

/** What was written to a file, if it is of a form. @throws {BusError} `EINVAL` it is not */
export function storedText(file: string, form: RegExp, text: string): string {
  if (form.test(text)) return text;
  throw new BusError("EINVAL", `${JSON.stringify(text)} is nothing that ${file} could be`, { op: "store" });
}

/** A file that is 1 or 0. */
export function flagAttribute(file: string, get: () => boolean, set: (value: boolean) => void): Attribute {
  return {
    show: () => `${get() ? 1 : 0}\n`,
    store: (text) => set(storedText(file, /^[01]$/, text) === "1"),
  };
}

/**
 * A file for each of an object's numbers.
 *
 * @param files the properties, by the names of their files
 * @param form of what may be written (decimal numbers that are not negative)
 */
export function numberAttributes<Key extends string>(
  object: Record<NoInfer<Key>, number>,
  files: Readonly<Record<string, Key>>,
  form: RegExp = DECIMAL,
): Readonly<Record<string, Attribute>> {
  return Object.fromEntries(
    Object.entries(files).map(([file, key]): [string, Attribute] => [
      file,
      {
        show: () => `${object[key]}\n`,
        store(text) {
          object[key] = Number(storedText(file, form, text));
        },
      },
    ]),
  );
}
