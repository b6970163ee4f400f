import { type DriverCore, driverDataOf, IdAllocator, logOf } from "auxbus";
import { NetDevices } from "@auxbus/netdev";
import { hardwareOf, type PciDriver } from "@auxbus/pci";
import { IntelNic } from "@auxbus/sim_intel_nic";
import { ClientInstance } from "./client.ts";
import { I40ePf } from "./pf.ts";

const INTEL = 0x8086;
const X710 = 0x1572;

/** The PCI driver of X710 functions. */
export function pciDriver(core: DriverCore): PciDriver {
  const ids = new IdAllocator();
  const netdevs = NetDevices.of(core);

  return {
    name: "i40e",
    idTable: [{ vendor: INTEL, device: X710 }],

    async probe(device) {
      const hardware = hardwareOf(device, IntelNic, "X710", ({ model }) => model === "x710");
      const pf = new I40ePf(device, hardware, ids);
      hardware.onEvent = (event) => {
        if (event.type === "link") pf.netdev?.setCarrier(event.up);
        else if (event.type === "dcb") {
          pf.classes = event.classes;
          pf.l2Changed();
        }
      };
      pf.netdev = await netdevs.register({
        name: "eth%d",
        parent: device,
        mac: hardware.port.mac,
        ops: {
          open() {
            hardware.port.onFrame = (frame) => pf.netdev?.receive(frame);
            pf.requestClientService();
          },
          stop() {
            hardware.port.onFrame = null;
            pf.requestClientService();
          },
          xmit: (frame) => hardware.port.transmit(frame),
          changeMtu: () => pf.l2Changed(),
        },
      });
      pf.netdev.setCarrier(hardware.port.linkUp);
      device.driverData = pf;
      if (!hardware.caps.rdma) return;
      pf.startServiceTimer();
      logOf(device, "info", `Added LAN device ${place(pf)}`);
      try {
        pf.client = await ClientInstance.add(pf);
        pf.requestClientService();
      } catch (error) {
        // The port works without RDMA.
        logOf(device, "info", "Failed to add PF to client API service list", error);
      }
    },

    async remove(device) {
      const pf = driverDataOf(device, I40ePf);
      pf.down = true;
      await pf.stopService();
      pf.nic.onEvent = null;
      await pf.client?.close(false);
      if (pf.netdev !== null) await netdevs.unregister(pf.netdev);
      pf.nic.port.onFrame = null;
      if (pf.client !== null) {
        await pf.client.remove();
        logOf(device, "info", `Deleted LAN device ${place(pf)}`);
      }
    },

    async shutdown(device) {
      const pf = driverDataOf(device, I40ePf);
      pf.down = true;
      await pf.stopService();
      await pf.client?.close(false);
    },

    pm: {
      async suspend(device) {
        const pf = driverDataOf(device, I40ePf);
        pf.down = true;
        await pf.stopService();
        await pf.client?.close(false);
        await netdevs.rtnl.run(() => pf.netdev?.detach());
      },
      async resume(device) {
        const pf = driverDataOf(device, I40ePf);
        await netdevs.rtnl.run(() => pf.netdev?.attach());
        pf.down = false;
        pf.service.enable();
        if (pf.client !== null) pf.startServiceTimer();
        pf.requestClientService();
      },
    },
  };
}

function place({ device, nic }: I40ePf): string {
  const [, bus = "0", slot = "0", fn = "0"] = /^[0-9a-f]{4}:([0-9a-f]{2}):([0-9a-f]{2})\.(\d)$/.exec(device.name) ?? [];
  return `PF${nic.pfId} bus=0x${bus} dev=0x${slot} func=0x0${fn}`;
}
