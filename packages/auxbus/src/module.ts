import { BusError } from "./errors.ts";

/**
 * As much of the kernel's `struct module` as the bus needs: who owns a driver or a device, and who keeps it from
 * going. Loading and unloading is not the bus's business.
 */
export class Module {
  readonly name: string;
  readonly #users = new Map<string, number>();
  #refs = 0;
  #going = false;

  constructor(name: string) {
    if (name === "") throw new BusError("EINVAL", "a module needs a name", { op: "module" });
    this.name = name;
  }

  /** How many references pin the module. */
  get refs(): number {
    return this.#refs;
  }

  /** Who pins it, by the names given to `get`. */
  users(): string[] {
    return [...this.#users.keys()];
  }

  get going(): boolean {
    return this.#going;
  }

  /** Pins the module (`try_module_get`). @throws {BusError} `ENODEV` when it is being unloaded */
  get(user = "unknown"): void {
    if (this.#going) {
      throw new BusError("ENODEV", `module ${this.name} is being unloaded; it can no longer be used`, {
        op: "module_get",
      });
    }
    this.#refs++;
    this.#users.set(user, (this.#users.get(user) ?? 0) + 1);
  }

  /** Lets go of one reference (`module_put`). @throws {BusError} `EINVAL` when `user` holds none */
  put(user = "unknown"): void {
    const held = this.#users.get(user) ?? 0;
    if (held === 0) {
      throw new BusError("EINVAL", `${user} holds no reference to module ${this.name}`, { op: "module_put" });
    }
    this.#refs--;
    if (held === 1) this.#users.delete(user);
    else this.#users.set(user, held - 1);
  }

  /** Admits no new users from now on. @throws {BusError} `EBUSY` when it is in use, naming the users */
  startGoing(): void {
    if (this.#refs > 0) {
      throw new BusError("EBUSY", `module ${this.name} is in use by ${this.users().join(", ")}`, { op: "rmmod" });
    }
    this.#going = true;
  }
}
