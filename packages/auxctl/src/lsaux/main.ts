import process from "node:process";
import { processIo } from "../process-io.ts";
import { lsaux } from "./lsaux.ts";

// A reader that has seen enough (`lsaux | head`) is no error.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code === "EPIPE") process.exit();
  throw error;
});

void lsaux(process.argv.slice(2), processIo).then((code) => {
  // Not process.exit: what has been written must still reach a pipe.
  process.exitCode = code;
});
