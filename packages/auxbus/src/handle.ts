import type { Binding } from "./binding.ts";
import { isThenable } from "./maybe-promise.ts";

/**
 * A view of what a parent shares that works for one binding only: afterwards every use throws `ENODEV`, and
 * promises it gave are rejected with `ENODEV` instead of being left.
 *
 * Methods, also inherited ones, and accessors are guarded, in nested plain objects too; other objects that are
 * reached through it are handed out as they are. The members are those that `shared` has when the driver first
 * looks at it.
 */
export function revocable(binding: Binding, shared: unknown): unknown {
  if (typeof shared === "function") return guard(binding, shared, undefined);
  if (typeof shared !== "object" || shared === null) return shared;
  const handle: object = {};
  for (
    let level: object | null = shared;
    level !== null && level !== Object.prototype;
    level = Object.getPrototypeOf(level)
  ) {
    for (const key of Reflect.ownKeys(level)) {
      if (key === "constructor" || Object.hasOwn(handle, key)) continue;
      const member = Object.getOwnPropertyDescriptor(level, key);
      if (member !== undefined) Object.defineProperty(handle, key, guarded(binding, shared, key, member));
    }
  }
  return handle;
}

function guarded(binding: Binding, shared: object, key: PropertyKey, member: PropertyDescriptor): PropertyDescriptor {
  const enumerable = member.enumerable === true;
  if (typeof member.value === "function") {
    return { value: guard(binding, member.value, shared), enumerable };
  }
  let nested: { of: unknown; handle: unknown } | null = null;
  const descriptor: PropertyDescriptor = {
    enumerable,
    get() {
      if (!binding.live) throw binding.gone();
      const value: unknown = Reflect.get(shared, key);
      if (isThenable(value)) return binding.track(value);
      if (typeof value === "function") return guard(binding, value, shared);
      if (!isPlain(value)) return value;
      if (nested?.of !== value) nested = { of: value, handle: revocable(binding, value) };
      return nested.handle;
    },
  };
  if (member.writable === true || member.set !== undefined) {
    descriptor.set = (value: unknown) => {
      if (!binding.live) throw binding.gone();
      Reflect.set(shared, key, value);
    };
  }
  return descriptor;
}

function isPlain(value: unknown): value is object {
  if (typeof value !== "object" || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

// oxlint-disable-next-line typescript/no-unsafe-function-type -- any function that a parent shares
function guard(binding: Binding, fn: Function, target: object | undefined): (...args: unknown[]) => unknown {
  return (...args) => {
    if (!binding.live) throw binding.gone();
    const result: unknown = Reflect.apply(fn, target, args);
    return isThenable(result) ? binding.track(result) : result;
  };
}
