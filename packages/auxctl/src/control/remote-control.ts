import { request } from "node:http";
import { text } from "node:stream/consumers";
import { BusError, isErrno } from "auxbus";
import type { HostStatus, ModuleInfo, ModuleStatus, Parked } from "@auxbus/modules";
import { UsageError } from "../exit-code.ts";
import type { BusControl, ControlMethod } from "./bus-control.ts";

/** The modules of a bus in another process, over its socket. */
export class RemoteControl implements BusControl {
  readonly #socketPath: string;

  constructor(socketPath: string) {
    this.#socketPath = socketPath;
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

  /** @throws {UsageError} nobody listens; {BusError} what the bus says */
  async #call<M extends ControlMethod>(
    method: M,
    ...args: readonly unknown[]
  ): Promise<Awaited<ReturnType<BusControl[M]>>> {
    const { status, body } = await this.#post(JSON.stringify({ method, args }));
    const answer = parsed(body);
    if (typeof answer !== "object" || answer === null) throw new UsageError(`${this.#socketPath} is no bus`);
    if (status === 200 && "result" in answer) {
      // What the same method has given on the other side, of the same version.
      return answer.result as Awaited<ReturnType<BusControl[M]>>;
    }
    const code = "code" in answer && isErrno(answer.code) ? answer.code : "EIO";
    const message = "message" in answer ? String(answer.message) : `status ${status}`;
    throw new BusError(code, message.replace(`${code}: `, ""), { op: method });
  }

  #post(body: string): Promise<{ status: number; body: string }> {
    return new Promise((resolve, reject) => {
      const asking = request(
        {
          socketPath: this.#socketPath,
          path: "/v1/call",
          method: "POST",
          headers: { "content-type": "application/json" },
        },
        (response) => {
          text(response).then((answer) => resolve({ status: response.statusCode ?? 0, body: answer }), reject);
        },
      );
      asking.on("error", (error) => reject(new UsageError(`no bus answers on ${this.#socketPath}: ${error.message}`)));
      asking.end(body);
    });
  }
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}
