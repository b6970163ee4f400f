// A module with one driver that answers what it is asked, and crashes when it is told to.
import { type AuxiliaryDriver, defineIsolableDriver } from "auxbus";

declare module "auxbus" {
  interface Contracts {
    "bench.echo": {
      shared: { answer(value: number): number };
      handlers: { echo(value: number): number; crash(): void };
    };
  }
}

export const driver: AuxiliaryDriver = defineIsolableDriver({
  idTable: [{ name: "bench.echo" }],
  probe() {},
  handlers: {
    echo: (_device, value) => value,
    crash: () => process.exit(1),
  },
});
