import type { Shape } from "./shape.ts";

/** Where calls of what stands for a remote object or function go. */
export interface Caller {
  call(reference: number, method: string | null, args: readonly unknown[]): Promise<unknown>;
  get(reference: number, property: string): Promise<unknown>;
}

/** Which object of the other side something stands for. */
export interface Origin {
  readonly caller: Caller;
  readonly reference: number;
}

/** The name under which an object is disposed of. */
export const DISPOSE = "Symbol.asyncDispose";

const origins = new WeakMap<object, Origin>();

/** What a remote object or function stands for; undefined for everything else. */
export function originOf(value: object): Origin | undefined {
  return origins.get(value);
}

/** Makes `value` stand for an object of the other side, when it is passed back there. */
export function standFor(value: object, origin: Origin): void {
  origins.set(value, origin);
}

/** Makes what stands for objects of one shape. */
export type RemoteFactory = (caller: Caller, reference: number) => object;

/**
 * One prototype for all objects of a shape: methods call, properties give promises. No `Proxy`: what the object
 * does not have is not there, so that it can be awaited and looked at without a message being sent.
 */
export function remoteFactory({ methods, getters, disposable }: Shape): RemoteFactory {
  const prototype: object = {};
  const define = (name: PropertyKey, member: PropertyDescriptor): void =>
    void Object.defineProperty(prototype, name, member);
  const origin = (value: object): Origin => {
    const found = origins.get(value);
    if (found === undefined) throw new TypeError("called on something that stands for no remote object");
    return found;
  };
  for (const name of methods) {
    // A thenable would be called by whoever awaits the object.
    if (name === "then") continue;
    define(name, {
      value(this: object, ...args: unknown[]) {
        const { caller, reference } = origin(this);
        return caller.call(reference, name, args);
      },
    });
  }
  for (const name of getters) {
    define(name, {
      get(this: object) {
        const { caller, reference } = origin(this);
        return caller.get(reference, name);
      },
    });
  }
  // By either symbol, whichever the object itself has: the types of `Remote` promise the object's own.
  for (const symbol of disposable ? [Symbol.asyncDispose, Symbol.dispose] : []) {
    define(symbol, {
      value(this: object) {
        const { caller, reference } = origin(this);
        return caller.call(reference, DISPOSE, []);
      },
    });
  }
  return (caller, reference) => {
    const value: object = Object.create(prototype) as object;
    origins.set(value, { caller, reference });
    return value;
  };
}

/** Makes what stands for a function. */
export function remoteFunction(caller: Caller, reference: number): (...args: unknown[]) => Promise<unknown> {
  const fn = (...args: unknown[]): Promise<unknown> => caller.call(reference, null, args);
  origins.set(fn, { caller, reference });
  return fn;
}
