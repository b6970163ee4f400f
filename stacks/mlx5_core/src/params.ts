import { BusError } from "auxbus";
import type { DevlinkParam } from "@auxbus/devlink";
import { isEthSupported, isRdmaSupported, isVnetSupported } from "./dev.ts";
import type { Mlx5CoreDev } from "./mdev.ts";

/** Which slices a function is to have; those that it cannot have are not asked for. */
function paramsOf(mdev: Mlx5CoreDev): DevlinkParam[] {
  const params: DevlinkParam[] = [];
  if (isEthSupported(mdev)) params.push({ name: "enable_eth", cmode: "driverinit", default: true });
  params.push({
    name: "enable_rdma",
    cmode: "driverinit",
    default: true,
    validate(value) {
      if (value === true && !isRdmaSupported(mdev) && !mdev.caps.roce)
        throw new BusError("EOPNOTSUPP", "Device doesn't support RDMA", { op: "devlink", device: mdev.name });
    },
  });
  if (isVnetSupported(mdev)) params.push({ name: "enable_vnet", cmode: "driverinit", default: true });
  return params;
}

export function registerParams(mdev: Mlx5CoreDev): void {
  mdev.devlink.params.register(paramsOf(mdev));
}
