import process from "node:process";
import { processIo } from "./process-io.ts";
import { runProgram } from "./program.ts";

// A reader that has seen enough (`auxctl … | head`) is no error.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code === "EPIPE") process.exit();
  throw error;
});

// Not awaited: parts of the program that commands load import the file that this becomes part of.
void runProgram(process.argv.slice(2), processIo).then((code) => {
  // Not process.exit: what has been written must still reach a pipe.
  process.exitCode = code;
});
