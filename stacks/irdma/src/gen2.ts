import { type AuxiliaryDriver, BusError, defineIsolableDriver, driverDataOf, type IsolableDevice } from "auxbus";
import { IIDC_EVENT, type IidcEvent } from "@auxbus/ice";
import { OICR } from "@auxbus/sim_intel_nic";
import { IrdmaDevice } from "./device.ts";
import type { Registry } from "./registry.ts";

/** Vectors that it needs at least. */
const MIN_VECTORS = 2;

/** A critical error that is none: the receive queue's resources were checked. */
const Q1_RESOURCE_CHECK = 0x0001_024d;

const LEAST_MTU_IPV4 = 576;
const LEAST_MTU_IPV6 = 1280;

type IceSlice = IsolableDevice<"ice.roce" | "ice.iwarp">;

/** RDMA over ice: RoCEv2 or iWARP, as the slice says. It is unbound and bound again around every reset. */
export function gen2Driver(registry: Registry): AuxiliaryDriver {
  return defineIsolableDriver({
    name: "gen_2",
    idTable: [
      { name: "ice.iwarp", contract: "^1.0.0" },
      { name: "ice.roce", contract: "^1.0.0" },
    ],

    async probe(device) {
      const fn = device.shared;
      const netdev = await fn.netdev();
      if (netdev === null) throw refuse(device, "EIO", "the function has no main VSI");
      if ((await fn.vectors) < MIN_VECTORS) throw refuse(device, "ENOMEM", `it needs ${MIN_VECTORS} interrupt vectors`);
      const [parent, hw, mac, protocol] = [await fn.device, await fn.hw, await fn.mac, await fn.protocol];
      const mtu = await fn.mtu();
      warnOfMtu(device, mtu);
      await fn.addRdmaQset(0);
      try {
        const irdma = await IrdmaDevice.probe({ core: device.core, parent, hw, mac, netdev, protocol, mtu });
        await registry.add(irdma);
        await fn.updateVsiFilter(true);
        // Last: from now on events reach it.
        device.driverData = irdma;
      } catch (error) {
        await fn.delRdmaQset(0);
        throw error;
      }
    },

    async remove(device) {
      const fn = device.shared;
      const irdma = driverDataOf(device, IrdmaDevice);
      // Before the device goes: 6.1 does it with what is freed already.
      if (!irdma.reset) await fn.updateVsiFilter(false);
      await registry.remove(irdma);
      await fn.delRdmaQset(0);
    },

    handlers: {
      event: (device: IceSlice, event: IidcEvent) => onEvent(device, event),
    },
  });
}

/** Only the first of several is acted on, in this order. */
async function onEvent(device: IceSlice, { type, reg, critErr }: IidcEvent): Promise<void> {
  const irdma = device.driverData instanceof IrdmaDevice ? device.driverData : null;
  if (irdma === null) return;
  const fn = device.shared;
  if ((type & IIDC_EVENT.AFTER_MTU_CHANGE) !== 0) {
    const mtu = await fn.mtu();
    if (mtu === irdma.mtu) return;
    warnOfMtu(device, mtu);
    irdma.mtu = mtu;
    device.core.log.info(`${device.name}: MTU is ${mtu}`, { device: device.name });
  } else if ((type & IIDC_EVENT.BEFORE_TC_CHANGE) !== 0) {
    irdma.suspend();
  } else if ((type & IIDC_EVENT.AFTER_TC_CHANGE) !== 0) {
    if (!irdma.suspended) return;
    const { classes } = await fn.qos();
    device.core.log.info(`${device.name}: ${classes} traffic classes`, { device: device.name });
    irdma.resume();
  } else if ((type & IIDC_EVENT.CRIT_ERR) !== 0) {
    const oicr = `0x${reg.toString(16).padStart(8, "0")}`;
    device.core.log.warn(`${device.name}: ICE OICR event notification: oicr = ${oicr}`, { device: device.name });
    if ((reg & OICR.PE_CRITERR) !== 0 && critErr === Q1_RESOURCE_CHECK) {
      device.core.log.warn(`${device.name}: Q1 Resource Check`, { device: device.name });
      return;
    }
    irdma.reset = true;
    device.core.log.warn(`${device.name}: Requesting a reset`, { device: device.name });
    // Only asked for: the reset takes this very device away.
    await fn.requestReset("pf");
  }
}

function warnOfMtu(device: IceSlice, mtu: number): void {
  const [least, protocol] = mtu < LEAST_MTU_IPV4 ? [LEAST_MTU_IPV4, "IPv4"] : [LEAST_MTU_IPV6, "IPv6"];
  if (mtu >= least) return;
  const text = `MTU setting [${mtu}] too low for RDMA traffic. Minimum MTU is ${least} for ${protocol}`;
  device.core.log.warn(`${device.name}: ${text}`, { device: device.name });
}

function refuse(device: IceSlice, code: "EIO" | "ENOMEM", why: string): BusError {
  return new BusError(code, why, { op: "probe", device: device.name });
}
