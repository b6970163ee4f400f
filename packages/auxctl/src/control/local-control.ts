import { BusError, errnoOf } from "auxbus";
import type { Control, GivenArgs, VerbContext, VerbInfo } from "@auxbus/control";
import type { HostStatus, ModuleIndex, ModuleInfo, Modules, ModuleStatus, Parked } from "@auxbus/modules";
import type { BusControl } from "./bus-control.ts";

/** The modules of the bus in this process. Whoever asks for a module means what is installed by now. */
export class LocalControl implements BusControl {
  readonly #modules: Modules;
  readonly #depmod: () => Promise<ModuleIndex>;

  /** @param depmod looks at the installed packages again */
  constructor(modules: Modules, depmod: () => Promise<ModuleIndex>) {
    this.#modules = modules;
    this.#depmod = depmod;
  }

  async lsmod(): Promise<ModuleStatus[]> {
    return this.#modules.lsmod();
  }

  async modinfo(name: string): Promise<ModuleInfo> {
    await this.depmod();
    return this.#modules.modinfo(name);
  }

  async names(): Promise<string[]> {
    await this.depmod();
    return [...this.#modules.index.modules.keys()];
  }

  async resolve(modalias: string): Promise<string[]> {
    await this.depmod();
    return this.#modules.resolve(modalias);
  }

  async modprobe(name: string, params: Readonly<Record<string, string>>): Promise<void> {
    await this.depmod();
    return this.#modules.modprobe(name, params);
  }

  remove(name: string): Promise<void> {
    return this.#modules.remove(name);
  }

  rmmod(name: string): Promise<void> {
    return this.#modules.rmmod(name);
  }

  setParam(module: string, name: string, value: string): Promise<void> {
    return this.#modules.setParam(module, name, value);
  }

  async upgrade(name: string): Promise<readonly string[]> {
    await this.depmod();
    return this.#modules.upgrade(name);
  }

  async depmod(): Promise<number> {
    const index = await this.#depmod();
    this.#modules.setIndex(index);
    return index.modules.size;
  }

  async hosts(): Promise<HostStatus[]> {
    return this.#modules.isolation.hosts();
  }

  async parked(): Promise<Parked[]> {
    return this.#modules.isolation.parked();
  }

  reset(device: string): Promise<void> {
    return this.#modules.isolation.reset(device);
  }

  async verbs(): Promise<VerbInfo[]> {
    return this.#control()?.verbs() ?? [];
  }

  async completeVerb(name: string, param: string): Promise<string[]> {
    return this.#controlFor(name).complete(name, param);
  }

  async runVerb(name: string, args: GivenArgs, context: VerbContext): Promise<unknown> {
    return this.#controlFor(name).run(name, args, context);
  }

  /** Not made here: there are no verbs before a module has asked for it. */
  #control(): Control | undefined {
    try {
      return this.#modules.core.service("control");
    } catch (error) {
      if (errnoOf(error) === "ENODEV") return undefined;
      throw error;
    }
  }

  #controlFor(verb: string): Control {
    const control = this.#control();
    if (control !== undefined) return control;
    throw new BusError("ENOENT", `there is no verb ${verb}; no module has added any`, { op: "run" });
  }
}
