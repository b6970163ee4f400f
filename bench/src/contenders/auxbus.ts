import { type AuxiliaryDevice, defineAuxiliaryDriver, DriverCore } from "auxbus";
import { type Contender, type Host, work } from "../contender.ts";

type Rdma = AuxiliaryDevice<"mlx5_core.rdma">;

/** @param done what the driver's callbacks return: nothing, or a promise */
function contender(name: string, what: string, done: () => void | Promise<void>): Contender {
  return {
    name,
    what,
    most: 1_000_000,
    async open(): Promise<Host<Rdma>> {
      const core = new DriverCore();
      const nic = core.addRootDevice("nic0");
      const driver = defineAuxiliaryDriver({
        name: "rdma",
        idTable: [{ name: "mlx5_core.rdma" }],
        probe() {
          work.probed++;
          return done();
        },
        remove() {
          work.cleaned++;
          return done();
        },
      });
      await core.auxiliary.register(driver, { module: "mlx5_ib" });
      return {
        attach: (id) => core.auxiliary.create(nic, { module: "mlx5_core", name: "rdma", id }),
        detach: (device) => device.destroy(),
      };
    },
  };
}

export const auxbus: Contender = contender(
  "auxbus",
  "create and destroy a device; its driver is bound and unbound",
  () => undefined,
);

export const auxbusAsync: Contender = contender("auxbus async", "the same with asynchronous probe and remove", () =>
  Promise.resolve(),
);
