import { BusError } from "./errors.ts";

/** A class whose instances are of `T`, also one that only makes them itself. */
export interface ClassOf<T> extends Function {
  readonly prototype: T;
}

/**
 * What the bound driver keeps of a device in `driverData` (the kernel's `dev_get_drvdata`).
 *
 * @param kind the class that it is of
 * @throws {BusError} `ENODEV` no driver that keeps such a thing is bound, or its probe has not come that far
 */
export function driverDataOf<T>(
  { name, driverData }: { readonly name: string; readonly driverData: unknown },
  kind: ClassOf<T>,
): T {
  if (driverData instanceof kind) return driverData;
  throw new BusError("ENODEV", `${name} is not bound to a driver that keeps its ${kind.name}`, { device: name });
}
