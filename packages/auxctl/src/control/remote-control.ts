import { type IncomingMessage, request } from "node:http";
import type { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { BusError, isErrno, toError } from "auxbus";
import type { GivenArgs, VerbContext, VerbInfo } from "@auxbus/control";
import type { HostStatus, ModuleInfo, ModuleStatus, Parked } from "@auxbus/modules";
import { UsageError } from "../exit-code.ts";
import type { BusControl, ControlMethod } from "./bus-control.ts";
import { isRecord } from "./request.ts";

/** The modules of a bus in another process, over its socket. */
export class RemoteControl implements BusControl {
  readonly #socketPath: string;
  readonly #timeout: number | undefined;

  /** @param timeout milliseconds that the bus may be silent before it is given up; left out: any time */
  constructor(socketPath: string, { timeout }: { readonly timeout?: number } = {}) {
    this.#socketPath = socketPath;
    this.#timeout = timeout;
  }

  lsmod(): Promise<ModuleStatus[]> {
    return this.#call("lsmod");
  }

  modinfo(name: string): Promise<ModuleInfo> {
    return this.#call("modinfo", name);
  }

  names(): Promise<string[]> {
    return this.#call("names");
  }

  resolve(modalias: string): Promise<string[]> {
    return this.#call("resolve", modalias);
  }

  modprobe(name: string, params: Readonly<Record<string, string>>): Promise<void> {
    return this.#call("modprobe", name, params);
  }

  remove(name: string): Promise<void> {
    return this.#call("remove", name);
  }

  rmmod(name: string): Promise<void> {
    return this.#call("rmmod", name);
  }

  setParam(module: string, name: string, value: string): Promise<void> {
    return this.#call("setParam", module, name, value);
  }

  upgrade(name: string): Promise<readonly string[]> {
    return this.#call("upgrade", name);
  }

  depmod(): Promise<number> {
    return this.#call("depmod");
  }

  hosts(): Promise<HostStatus[]> {
    return this.#call("hosts");
  }

  parked(): Promise<Parked[]> {
    return this.#call("parked");
  }

  reset(device: string): Promise<void> {
    return this.#call("reset", device);
  }

  verbs(): Promise<VerbInfo[]> {
    return this.#call("verbs");
  }

  completeVerb(name: string, param: string): Promise<string[]> {
    return this.#call("completeVerb", name, param);
  }

  /** @throws {UsageError} nobody listens; {BusError} what the bus says, or why it has been aborted */
  async runVerb(name: string, args: GivenArgs, { signal, report }: VerbContext): Promise<unknown> {
    try {
      const response = await this.#post("/v1/run", { name, args }, { signal });
      if (response.statusCode !== 200) throw refusal(parsed(await text(response)), "run");
      for await (const line of lines(response)) {
        const said = parsed(line);
        if (!isRecord(said)) break;
        if ("report" in said) report(said.report);
        else if ("error" in said) throw refusal(said.error, "run");
        else return "result" in said ? said.result : undefined;
      }
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof BusError || error instanceof UsageError) throw error;
      throw broken(name, error);
    }
    throw broken(name);
  }

  /** @throws {UsageError} nobody listens; {BusError} what the bus says */
  async #call<M extends ControlMethod>(
    method: M,
    ...args: readonly unknown[]
  ): Promise<Awaited<ReturnType<BusControl[M]>>> {
    const response = await this.#post("/v1/call", { method, args }, { timeout: this.#timeout });
    const answer = parsed(
      await text(response).catch((error: unknown) => {
        throw this.#silent(error);
      }),
    );
    if (!isRecord(answer)) throw new UsageError(`${this.#socketPath} is no bus`);
    if (response.statusCode === 200 && "result" in answer) {
      // What the same method has given on the other side, of the same version.
      return answer.result as Awaited<ReturnType<BusControl[M]>>;
    }
    throw refusal(answer, method);
  }

  #post(
    path: string,
    body: object,
    options: { readonly signal?: AbortSignal; readonly timeout?: number | undefined },
  ): Promise<IncomingMessage> {
    return new Promise((resolve, reject) => {
      const { signal, timeout } = options;
      const asking = request({
        socketPath: this.#socketPath,
        path,
        method: "POST",
        headers: { "content-type": "application/json" },
        ...(signal === undefined ? {} : { signal }),
        ...(timeout === undefined ? {} : { timeout }),
      });
      asking.on("response", resolve);
      asking.on("timeout", () => asking.destroy(new Error(`nothing for ${timeout} ms`)));
      asking.on("error", (error) => reject(this.#silent(error)));
      asking.end(JSON.stringify(body));
    });
  }

  #silent(error: unknown): UsageError {
    return new UsageError(`no bus answers on ${this.#socketPath}: ${toError(error).message}`);
  }
}

/** What the bus says when it refuses. */
function refusal(said: unknown, op: string): BusError {
  const code = isRecord(said) && "code" in said && isErrno(said.code) ? said.code : "EIO";
  const message = isRecord(said) && "message" in said ? String(said.message) : "it does not say why";
  return new BusError(code, message.replace(`${code}: `, ""), { op });
}

function broken(verb: string, cause?: unknown): BusError {
  return new BusError("EIO", `the bus has gone while it was running ${verb}`, { op: "run", cause });
}

async function* lines(stream: Readable): AsyncGenerator<string, void> {
  let rest = "";
  stream.setEncoding("utf8");
  for await (const chunk of stream) {
    const [first = "", ...more] = String(chunk).split("\n");
    rest += first;
    for (const line of more) {
      yield rest;
      rest = line;
    }
  }
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}
