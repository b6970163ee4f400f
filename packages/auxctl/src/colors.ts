import picocolors from "picocolors";
import type { Io, Output } from "./io.ts";

export type Colors = ReturnType<typeof picocolors.createColors>;

/** Colours for what goes to `output`: none in a pipe, none with `NO_COLOR`. */
export function colorsFor(output: Output, env: Io["env"]): Colors {
  const refused = (env["NO_COLOR"] ?? "") !== "" || env["TERM"] === "dumb";
  return picocolors.createColors(output.isTTY && !refused);
}
