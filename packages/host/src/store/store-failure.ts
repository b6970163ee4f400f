import { BusError, type Errno, isErrno, toError } from "auxbus";

/**
 * What has gone wrong with a database, as an error of the bus that names the file and says what to do.
 *
 * `EBUSY` another process has it; `ENOSPC` the disk is full; `EIO` it is damaged, or anything else.
 */
export function storeFailure(thrown: unknown, file: string | null): BusError {
  if (thrown instanceof BusError) return thrown;
  const name = file ?? "the database in memory";
  const { message } = toError(thrown);
  const failure = (errno: Errno, text: string): BusError => new BusError(errno, text, { op: "store", cause: thrown });
  switch (codeOf(thrown) ?? "") {
    case "BUSY":
    case "LOCKED":
      return failure("EBUSY", `another host uses ${name}; stop it, or choose another state folder`);
    case "FULL":
    case "ENOSPC":
      return failure("ENOSPC", `no room to write ${name} (${message}); make room, or keep less in the journal`);
    case "CORRUPT":
    case "NOTADB":
      return failure(
        "EIO",
        `${name} is damaged (${message}); restore it from a backup, or move it away to start without settings and journal`,
      );
    case "READONLY":
      return failure("EIO", `${name} may not be written (${message}); check its owner and its mode`);
    default:
      return failure("EIO", `cannot use ${name}: ${message}`);
  }
}

/** The primary result code of SQLite, or the errno of Node, without the details behind it. */
function codeOf(thrown: unknown): string | undefined {
  if (typeof thrown !== "object" || thrown === null || !("code" in thrown)) return undefined;
  const { code } = thrown;
  if (isErrno(code)) return code;
  return typeof code === "string" ? code.split("_")[1] : undefined;
}
