/** A value, or the promise of it: whoever may have to do with either waits for it. */
export type Awaitable<T> = T | Promise<T>;

/** What crosses a border as a copy, with no member that could be called. */
type Copied =
  | string
  | number
  | boolean
  | bigint
  | symbol
  | null
  | undefined
  | Date
  | RegExp
  | Error
  | ArrayBuffer
  | ArrayBufferView
  | AbortSignal;

type AnyFunction = (...args: never[]) => unknown;

type HasMethod<T> = true extends { [K in keyof T]-?: NonNullable<T[K]> extends AnyFunction ? true : never }[keyof T]
  ? true
  : false;

/** How deep is looked: what is nested in itself has no end. */
type Deep = readonly [0, 0, 0, 0, 0, 0];

type Less<Depth extends readonly unknown[]> = Depth extends readonly [unknown, ...infer Rest] ? Rest : [];

/** A value all the way down: neither it nor anything in it can be called. */
type IsData<T, Depth extends readonly unknown[] = Deep> = T extends Copied | readonly Copied[] | ReadonlySet<Copied>
  ? true
  : Depth["length"] extends 0
    ? true
    : T extends ReadonlyMap<Copied, infer V> | readonly (infer V)[]
      ? IsData<V, Less<Depth>>
      : T extends AnyFunction
        ? false
        : T extends object
          ? HasMethod<T> extends true
            ? false
            : false extends { [K in keyof T]-?: IsData<T[K], Less<Depth>> }[keyof T]
              ? false
              : true
          : true;

/** Method syntax makes the parameters bivariant, as those of the methods are that it stands for. */
type Method<Args extends unknown[], R> = { call(...args: Args): R }["call"];

type RemoteAll<Args> = Args extends unknown[] ? { [I in keyof Args]: Remote<Args[I]> } : never;

type RemoteArgs<Args> = Args extends unknown[] ? { [I in keyof Args]: RemoteArg<Args[I]> } : never;

/** What may be handed to a remote call: the thing itself, or what stands for it here. */
type RemoteArg<T> = T extends Copied
  ? T
  : T extends (...args: infer A) => infer R
    ? Method<RemoteAll<A>, Awaitable<R>>
    : T | Remote<T>;

type RemoteResult<R> =
  R extends Promise<infer V>
    ? Promise<Remote<V>>
    : R extends PromiseLike<infer V>
      ? PromiseLike<Remote<V>>
      : Awaitable<Remote<R>>;

type RemoteFunction<T> = T extends (...args: infer A) => infer R ? Method<RemoteArgs<A>, RemoteResult<R>> : never;

/**
 * `T` as it is seen from where it may be in another worker or process: what its methods answer and what its
 * properties hold is waited for. The same code then works beside `T` and across a border: a `T` is a `Remote<T>`.
 *
 * Across a border data is copied, objects with methods (of a class) and functions stay where they are and are
 * called there. Errors keep their `code`, `AbortSignal`s abort on the other side, too, and buffers are copied
 * unless they are handed over with `transfer`.
 */
export type Remote<T> = T extends AnyFunction
  ? RemoteFunction<T>
  : IsData<T> extends true
    ? T
    : {
        readonly [K in keyof T]: NonNullable<T[K]> extends AnyFunction
          ? RemoteFunction<NonNullable<T[K]>> | Extract<T[K], null | undefined>
          : Awaitable<Remote<T[K]>>;
      };

/** What is to be handed over with a value instead of being copied. */
const transfers = new WeakMap<object, readonly ArrayBuffer[]>();

/**
 * Hands buffers over with a value that crosses a border (as an argument or a result) instead of copying them; they
 * are empty here afterwards. Has no effect between drivers that run side by side, nor towards another process.
 *
 * @param value usually a typed array, or an object that holds some
 * @param buffers what of it is handed over; left out: the buffer of a typed array
 */
export function transfer<T extends object>(value: T, buffers: readonly ArrayBuffer[] = buffersOf(value)): T {
  transfers.set(value, buffers);
  return value;
}

function buffersOf(value: object): ArrayBuffer[] {
  const buffer = ArrayBuffer.isView(value) ? value.buffer : value;
  return buffer instanceof ArrayBuffer ? [buffer] : [];
}

/** The buffers that `transfer` was called with for this value. */
export function transferred(value: object): readonly ArrayBuffer[] {
  return transfers.get(value) ?? [];
}
