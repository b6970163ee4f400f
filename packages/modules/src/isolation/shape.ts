/** What an object that stays on its own side looks like from the other one. */
export interface Shape {
  readonly methods: readonly string[];
  readonly getters: readonly string[];
  readonly disposable: boolean;
}

/** A shape and its number on the link. */
export interface NumberedShape extends Shape {
  readonly number: number;
  /** For looking up what may be called. */
  readonly members: ReadonlyMap<string, "method" | "getter">;
}

/** Finds and numbers the shapes of objects; those of one class are looked at once. */
export class Shapes {
  readonly #known = new WeakMap<object, Map<string, NumberedShape>>();
  #last = 0;

  of(value: object): NumberedShape {
    const prototype = prototypeOf(value);
    const own = Object.getOwnPropertyNames(value).join();
    let ofClass = this.#known.get(prototype);
    if (ofClass === undefined) {
      ofClass = new Map();
      this.#known.set(prototype, ofClass);
    }
    let shape = ofClass.get(own);
    if (shape === undefined) {
      shape = number(look(value), ++this.#last);
      ofClass.set(own, shape);
    }
    return shape;
  }
}

function number(shape: Shape, number: number): NumberedShape {
  const members = new Map<string, "method" | "getter">();
  for (const name of shape.getters) members.set(name, "getter");
  for (const name of shape.methods) members.set(name, "method");
  return { ...shape, number, members };
}

function prototypeOf(value: object): object {
  const prototype: unknown = Object.getPrototypeOf(value);
  return typeof prototype === "object" && prototype !== null ? prototype : Object.prototype;
}

function look(value: object): Shape {
  const methods: string[] = [];
  const getters: string[] = [];
  const seen = new Set(["constructor"]);
  for (let level = value; level !== Object.prototype; level = prototypeOf(level)) {
    for (const [name, member] of Object.entries(Object.getOwnPropertyDescriptors(level))) {
      if (seen.has(name)) continue;
      seen.add(name);
      (typeof member.value === "function" ? methods : getters).push(name);
    }
  }
  return { methods, getters, disposable: isDisposable(value) };
}

export function isDisposable(value: object): value is Disposable | AsyncDisposable {
  return Symbol.asyncDispose in value || Symbol.dispose in value;
}
