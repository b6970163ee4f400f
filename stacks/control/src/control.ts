import { BusError, Disposer, type DriverCore, type IsolableCore, type Remote } from "auxbus";
import { AddedVerb } from "./added-verb.ts";
import { checkArgs } from "./check-args.ts";
import { near } from "./near.ts";
import type { GivenArgs, Verb, VerbContext, VerbInfo } from "./verb.ts";

declare module "auxbus" {
  interface Services {
    readonly control: Control;
  }
}

/** The verbs of one driver core: what modules let operators do, by name. */
export class Control {
  readonly #verbs = new Map<string, AddedVerb>();

  /** The one that belongs to a core. */
  static of(core: DriverCore): Control;
  static of(core: IsolableCore): Remote<Control>;
  static of(core: IsolableCore): Remote<Control> {
    return core.service("control", () => new Control());
  }

  /**
   * Adds a verb.
   *
   * @returns what takes it away again, and ends what is running of it
   * @throws {BusError} `EEXIST` there is one of that name; `EINVAL` the verb is not as it should be
   */
  add(verb: Verb): Disposable {
    const added = new AddedVerb(verb);
    const { name } = added.info;
    if (this.#verbs.has(name)) throw new BusError("EEXIST", `there is a verb ${name} already`, { op: "add" });
    this.#verbs.set(name, added);
    return new Disposer(() => {
      if (this.#verbs.get(name) === added) this.#verbs.delete(name);
      added.withdraw();
    });
  }

  /**
   * Adds the verbs of a module, all or none.
   *
   * @returns what takes them away again
   * @throws as `add`
   */
  addAll(verbs: readonly Verb[]): Disposable {
    const added: Disposable[] = [];
    const undo = (): void => {
      for (const one of added.splice(0)) one[Symbol.dispose]();
    };
    try {
      for (const verb of verbs) added.push(this.add(verb));
    } catch (error) {
      undo();
      throw error;
    }
    return new Disposer(undo);
  }

  /** All verbs, by name. */
  verbs(): VerbInfo[] {
    return [...this.#verbs.keys()].toSorted().map((name) => this.#find(name, "verbs").info);
  }

  /**
   * Runs a verb.
   *
   * @param args of the types of the parameters, or text that says the same
   * @throws {BusError} `ENOENT` there is no such verb; `EINVAL` an argument is unknown, missing or wrong; else what
   *   the verb throws
   */
  async run(name: string, args: GivenArgs, context: VerbContext): Promise<unknown> {
    const verb = this.#find(name, "run");
    return verb.run(checkArgs(verb.info, args), context);
  }

  /**
   * What a parameter can be, for completion: what the verb says at the moment, else its choices.
   *
   * @throws {BusError} `ENOENT` there is no such verb; `EINVAL` it has no such parameter; else what the verb throws
   */
  async complete(name: string, param: string): Promise<string[]> {
    return this.#find(name, "complete").complete(param);
  }

  #find(name: string, op: string): AddedVerb {
    const verb = this.#verbs.get(name);
    if (verb !== undefined) return verb;
    const names = [...this.#verbs.keys()].toSorted();
    const meant = near(name, names);
    const hint =
      names.length === 0
        ? "no module has added any"
        : meant.length > 0
          ? `did you mean ${meant.join(", ")}?`
          : `they begin with ${[...new Set(names.map((other) => other.split(" ")[0]))].join(", ")}`;
    throw new BusError("ENOENT", `there is no verb ${name}; ${hint}`, { op });
  }
}
