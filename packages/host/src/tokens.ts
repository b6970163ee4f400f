import { createHash, randomBytes, timingSafeEqual } from "node:crypto";
import { link, mkdir, readFile, unlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { BusError, toError } from "auxbus";
import { z } from "zod";

/** What a caller may: look, or change things, too. */
export type Role = "reader" | "operator";

const Shape = z.object({ operator: z.string().min(20), reader: z.string().min(20) });

/** The secrets that callers over TCP show, one for each role. Never logged. */
export class Tokens {
  readonly operator: string;
  readonly reader: string;
  readonly #digests: readonly (readonly [Role, Buffer])[];

  constructor({ operator, reader }: z.infer<typeof Shape>) {
    this.operator = operator;
    this.reader = reader;
    this.#digests = [
      ["operator", digest(operator)],
      ["reader", digest(reader)],
    ];
  }

  static random(): Tokens {
    return new Tokens({ operator: secret(), reader: secret() });
  }

  /** Those that are kept in a folder; made at the first time. @throws {BusError} `EIO` they cannot be read or kept */
  static async kept(folder: string): Promise<Tokens> {
    const file = tokenFile(folder);
    try {
      await mkdir(folder, { recursive: true, mode: 0o700 });
      const kept = await read(file);
      if (kept !== null) return kept;
      const made = { operator: secret(), reader: secret() };
      // Whole or not at all; and only when there is none: two hosts that start at once must not have different ones.
      const fresh = `${file}.${randomBytes(6).toString("hex")}`;
      await writeFile(fresh, `${JSON.stringify(made, null, 2)}\n`, { mode: 0o600, flag: "wx", flush: true });
      await link(fresh, file).catch((error: NodeJS.ErrnoException) => {
        if (error.code !== "EEXIST") throw error;
      });
      await unlink(fresh);
      return (await read(file)) ?? new Tokens(made);
    } catch (error) {
      const why =
        error instanceof z.ZodError || error instanceof SyntaxError
          ? "it is damaged; remove it"
          : toError(error).message;
      throw new BusError("EIO", `cannot use the tokens in ${file}: ${why}`, { op: "up", cause: error });
    }
  }

  /** The role of whoever shows this token, found in a time that tells nothing about it. */
  roleOf(token: string): Role | null {
    const shown = digest(token);
    let role: Role | null = null;
    for (const [each, expected] of this.#digests) if (timingSafeEqual(shown, expected)) role = each;
    return role;
  }
}

async function read(file: string): Promise<Tokens | null> {
  const text = await readFile(file, "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return null;
    throw error;
  });
  return text === null ? null : new Tokens(Shape.parse(JSON.parse(text)));
}

/** Where the tokens of a host with this state folder are. */
export function tokenFile(folder: string): string {
  return join(folder, "tokens.json");
}

function secret(): string {
  return randomBytes(32).toString("base64url");
}

function digest(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}
