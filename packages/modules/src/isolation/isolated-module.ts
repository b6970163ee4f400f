import { BusError, type IsolableContext, type IsolableCore, moduleAuxiliaryDriver, type ParamValue } from "auxbus";
import { isModuleEntry } from "../module-exports.ts";
import { IsolatedModule } from "./isolated-device.ts";
import type { LoadRequest } from "./protocol.ts";

type Started = Readonly<Record<"init" | "exit" | "paramChanged", unknown>>;

/** A module where it is isolated: the other end of what the side of the bus starts and stops. */
export class ModuleEnd {
  readonly #request: LoadRequest;
  readonly #params: Record<string, ParamValue>;
  readonly #context: IsolableContext;
  readonly #imports: Set<Promise<unknown>>;
  #entry: Started | null = null;

  /** @param imports gets what is being imported, as long as it is */
  constructor(request: LoadRequest, core: IsolableCore, imports: Set<Promise<unknown>>) {
    this.#imports = imports;
    this.#request = request;
    this.#params = { ...request.params };
    this.#context = { core, module: new IsolatedModule(request.name, request.module), params: readOnly(this.#params) };
  }

  async init(): Promise<void> {
    const { url, name } = this.#request;
    const importing: Promise<unknown> = import(url);
    this.#imports.add(importing);
    const exports = await importing
      .catch((cause: unknown) => {
        throw new BusError("ENOENT", `cannot import ${url}: ${String(cause)}`, { op: "init", cause });
      })
      .finally(() => this.#imports.delete(importing));
    if (!isModuleEntry(exports)) {
      throw new BusError("EINVAL", `${name} is no module: ${url} exports neither init and exit nor a driver`, {
        op: "init",
      });
    }
    const { init, exit, driver, paramChanged } = exports;
    this.#entry =
      init === undefined && driver !== undefined
        ? { ...moduleAuxiliaryDriver(driver), paramChanged }
        : { init, exit, paramChanged };
    await this.#call("init", this.#context);
  }

  async exit(): Promise<void> {
    await this.#call("exit", this.#context);
  }

  async paramChanged(name: string, value: ParamValue): Promise<void> {
    const before = this.#params[name];
    this.#params[name] = value;
    try {
      await this.#call("paramChanged", name, value);
    } catch (error) {
      if (before !== undefined) this.#params[name] = before;
      throw error;
    }
  }

  async #call(name: keyof Started, ...args: readonly unknown[]): Promise<void> {
    const fn = this.#entry?.[name];
    if (typeof fn === "function") await Reflect.apply(fn, undefined, args);
  }
}

/** A view that shows every change and takes none. */
function readOnly(params: Record<string, ParamValue>): IsolableContext["params"] {
  return new Proxy(params, {
    set: () => false,
    defineProperty: () => false,
    deleteProperty: () => false,
  });
}
