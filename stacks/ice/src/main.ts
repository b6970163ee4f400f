import { type DriverCore, driverDataOf, IdAllocator, logOf } from "auxbus";
import { Devlink } from "@auxbus/devlink";
import { NetDevices } from "@auxbus/netdev";
import { hardwareOf, type PciDriver } from "@auxbus/pci";
import { IntelNic, OICR } from "@auxbus/sim_intel_nic";
import { iceDevlinkOps, rdmaParams } from "./devlink.ts";
import { deinitRdma, initRdma } from "./idc.ts";
import { watchBonding } from "./lag.ts";
import { IcePf } from "./pf.ts";
import { changeTrafficClasses, serviceTask } from "./service.ts";

const INTEL = 0x8086;
const E810_C_QSFP = 0x1592;

/** Milliseconds between two looks whether a reset has ended, and how many of them. */
const RESET_WAIT = 100;
const RESET_LOOKS = 20;

const RDMA_ERRORS = OICR.HMC_ERR | OICR.PE_PUSH | OICR.PE_CRITERR;

/** The PCI driver of E810 functions. */
export function pciDriver(core: DriverCore): PciDriver {
  const auxIds = new IdAllocator();
  const devlink = Devlink.of(core);
  const netdevs = NetDevices.of(core);

  return {
    name: "ice",
    idTable: [{ vendor: INTEL, device: E810_C_QSFP }],

    async probe(device) {
      const hardware = hardwareOf(device, IntelNic, "E810", ({ model }) => model === "e810");
      const instance = devlink.alloc(
        device,
        iceDevlinkOps(() => pf),
      );
      const pf = new IcePf(device, hardware, instance, auxIds, serviceTask);
      hardware.onEvent = (event) => {
        if (event.type === "link") pf.netdev?.setCarrier(event.up);
        else if (event.type === "dcb") {
          changeTrafficClasses(pf, event.classes).catch((error: unknown) =>
            logOf(device, "error", "DCB failed", error),
          );
        } else if ((event.reg & RDMA_ERRORS) !== 0) {
          pf.oicrErrors |= event.reg & RDMA_ERRORS;
          pf.critErr = event.critErr;
          pf.service.schedule();
        }
      };
      pf.netdev = await netdevs.register({
        name: "eth%d",
        parent: device,
        mac: hardware.port.mac,
        ops: {
          open() {
            hardware.port.onFrame = (frame) => pf.netdev?.receive(frame);
          },
          stop() {
            hardware.port.onFrame = null;
          },
          xmit: (frame) => hardware.port.transmit(frame),
          // Only a flag: the RDMA driver is told later, and not under the RTNL.
          changeMtu: () => pf.request("MTU_CHANGED"),
        },
      });
      pf.netdev.setCarrier(hardware.port.linkUp);
      pf.bonding = watchBonding(pf);
      device.driverData = pf;
      instance.params.register(rdmaParams(pf));
      try {
        await initRdma(pf);
      } catch (error) {
        instance.params.clear();
        pf.bonding[Symbol.dispose]();
        await pf.service.disable();
        hardware.onEvent = null;
        await netdevs.unregister(pf.netdev);
        throw error;
      }
      devlink.register(instance);
    },

    async remove(device) {
      const pf = driverDataOf(device, IcePf);
      await devlink.unregister(pf.devlink);
      for (let look = 0; look < RESET_LOOKS && (pf.resetting || pf.pendingReset !== null); look++) {
        await new Promise<void>((resolve) => void core.runtime.setTimer(resolve, RESET_WAIT));
      }
      pf.bonding?.[Symbol.dispose]();
      await pf.service.disable();
      pf.nic.onEvent = null;
      // RDMA before the network device that it is on.
      await deinitRdma(pf);
      if (pf.netdev !== null) await netdevs.unregister(pf.netdev);
      pf.nic.port.onFrame = null;
    },

    pm: {
      async suspend(device) {
        const pf = driverDataOf(device, IcePf);
        pf.suspended = true;
        await pf.service.disable();
        await deinitRdma(pf);
        await netdevs.rtnl.run(() => pf.netdev?.detach());
      },
      async resume(device) {
        const pf = driverDataOf(device, IcePf);
        pf.service.enable();
        await netdevs.rtnl.run(() => pf.netdev?.attach());
        await initRdma(pf);
        pf.suspended = false;
        // What the hardware has forgotten meanwhile is set up anew by a reset.
        try {
          pf.scheduleReset("pf");
        } catch (error) {
          logOf(device, "error", "Reset during resume failed.", error);
        }
      },
    },
  };
}
