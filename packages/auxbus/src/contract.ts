/**
 * What publishers share under a match name and what they call in the bound driver. Empty here: each publisher
 * adds its own by augmentation, and drivers that name it get exactly those types.
 *
 * ```ts
 * declare module "auxbus" {
 *   interface Contracts {
 *     "mlx5_core.rdma": { shared: Mlx5Function; handlers: { event(event: PortEvent): void } };
 *   }
 * }
 * ```
 */
// oxlint-disable-next-line typescript/no-empty-interface -- filled by augmentation
export interface Contracts {}

/** The match names that have a contract. */
export type ContractName = Extract<keyof Contracts, string>;

/** What the publisher of `Name` shares; `unknown` without a contract. */
export type Shared<Name extends string> = Name extends keyof Contracts
  ? Contracts[Name] extends { readonly shared: infer S }
    ? S
    : unknown
  : unknown;

/** The calls that the publisher of `Name` makes into the bound driver. */
export type Handlers<Name extends string> = Name extends keyof Contracts
  ? Contracts[Name] extends { readonly handlers: infer H }
    ? H
    : NoHandlers
  : AnyHandlers;

/** A contract without calls into the driver. */
// oxlint-disable-next-line typescript/no-generated-empty-object-type -- no key: nothing can be called
export type NoHandlers = Readonly<Record<never, never>>;

/** Without a contract any call may be made, typed `unknown`. */
export type AnyHandlers = Readonly<Record<string, (...args: unknown[]) => unknown>>;

/** The parameters of a handler that may be optional. */
export type HandlerArgs<F> = NonNullable<F> extends (...args: infer A) => unknown ? A : never;

/** What a handler answers, waited for. */
export type HandlerResult<F> = NonNullable<F> extends (...args: never[]) => infer R ? Awaited<R> : never;
