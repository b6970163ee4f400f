// Machines with auxiliary devices, as the documentation of their drivers lays them out. WRITTEN BY HAND, not recorded:
// nobody has these cards here. A recorded one is that of the guests of `npm run conformance:record`.
import { Machine } from "./machine.ts";

export const KERNEL = "6.12.0-test";

/**
 * A ConnectX-6 with one sub-function, as Documentation/networking/device_drivers/ethernet/mellanox/mlx5/switchdev.rst
 * shows it: `mlx5_core.sf.4` has an `sfnum`, and is itself the parent of `mlx5_core.eth.4` and `mlx5_core.rdma.4`;
 * interrupts are in `irqs` (Documentation/ABI/testing/sysfs-bus-auxiliary). The drivers of the slices register what
 * they make below the function or sub-function, not below their own devices.
 *
 * @param root its folder, else one for the test
 */
export function mlx5(root?: string): Machine {
  const machine = new Machine(root);
  const pci = "pci0000:00/0000:00:02.0/0000:03:00.0";
  machine.driver("pci", "mlx5_core", "mlx5_core").driver("pci", "pcieport");
  machine.driver("auxiliary", "mlx5_core.eth", "mlx5_core").driver("auxiliary", "mlx5_core.sf", "mlx5_core");
  machine.driver("auxiliary", "mlx5_ib.rdma", "mlx5_ib").driver("auxiliary", "mlx5_ib.multiport", "mlx5_ib");
  machine.device("pci0000:00");
  machine.device("pci0000:00/0000:00:02.0", { bus: "pci", driver: "pcieport", modalias: "pci:v00008086d00002030" });
  machine.device(pci, {
    bus: "pci",
    driver: "mlx5_core",
    modalias: "pci:v000015B3d0000101Dsv000015B3sd00000016bc02sc00i00",
    runtimeStatus: "active",
    files: { config: "\u00b3\u0015", resource0: "never read", "msi_irqs/40": "msix\n", "msi_irqs/41": "msix\n" },
  });
  const auxiliary = (path: string, driver: string | undefined, files: Readonly<Record<string, string>> = {}): void => {
    const modalias = `auxiliary:${path.slice(path.lastIndexOf("/") + 1).replace(/\.\d+$/, "")}`;
    machine.device(path, { bus: "auxiliary", modalias, files, ...(driver === undefined ? {} : { driver }) });
  };
  auxiliary(`${pci}/mlx5_core.eth.0`, "mlx5_core.eth");
  machine.device(`${pci}/net/enp3s0f0np0`, { class: "net", files: { address: "02:00:00:00:00:01\n" } });
  auxiliary(`${pci}/mlx5_core.rdma.0`, "mlx5_ib.rdma");
  machine.device(`${pci}/infiniband/mlx5_0`, { class: "infiniband" });
  auxiliary(`${pci}/mlx5_core.vnet.0`, undefined);
  auxiliary(`${pci}/mlx5_core.sf.4`, "mlx5_core.sf", { sfnum: "88\n", "irqs/40": "", "irqs/121": "" });
  auxiliary(`${pci}/mlx5_core.sf.4/mlx5_core.eth.4`, "mlx5_core.eth");
  machine.device(`${pci}/mlx5_core.sf.4/net/enp3s0f0s88`, { class: "net" });
  auxiliary(`${pci}/mlx5_core.sf.4/mlx5_core.rdma.4`, undefined);
  machine.file("proc/irq/40/smp_affinity_list", "0-3\n").file("proc/irq/121/smp_affinity_list", "2\n");
  machine.file("proc/modules", PROC_MODULES);
  return machine.modules(
    KERNEL,
    ["mlx5_core", "mlx5_ib", "mlx5_vdpa"],
    ["auxiliary:mlx5_core.eth mlx5_core", "auxiliary:mlx5_core.rdma mlx5_ib", "auxiliary:mlx5_core.vnet mlx5_vdpa"],
  );
}

const PROC_MODULES = `mlx5_ib 450560 0 - Live 0x0000000000000000
mlx5_core 2146304 1 mlx5_ib, Live 0x0000000000000000
`;

/**
 * An E810 of ice with its RDMA part, as drivers/net/ethernet/intel/ice publishes it: `ice.roce.N` for irdma, which
 * registers the RDMA device below the function.
 */
export function ice(): Machine {
  const machine = new Machine();
  const pci = "pci0000:16/0000:17:00.0";
  machine
    .driver("pci", "ice", "ice")
    .driver("auxiliary", "irdma.roce", "irdma")
    .driver("auxiliary", "irdma.iwarp", "irdma");
  machine.device("pci0000:16");
  machine.device(pci, { bus: "pci", driver: "ice", modalias: "pci:v00008086d00001592", runtimeStatus: "active" });
  machine.device(`${pci}/net/ens1f0`, { class: "net" });
  machine.device(`${pci}/ptp/ptp0`, { class: "ptp" });
  machine.device(`${pci}/ice.roce.0`, { bus: "auxiliary", driver: "irdma.roce", modalias: "auxiliary:ice.roce" });
  machine.device(`${pci}/infiniband/rdmap23s0`, { class: "infiniband" });
  machine.device(`${pci}/infiniband_verbs/uverbs0`, { class: "infiniband_verbs" });
  return machine.modules(KERNEL, ["ice", "irdma"], ["auxiliary:ice.roce irdma", "auxiliary:ice.iwarp irdma"]);
}

/** The DSP of a Tiger Lake with SOF's clients, as sound/soc/sof/sof-client.c registers them. */
export function sof(): Machine {
  const machine = new Machine();
  const pci = "pci0000:00/0000:00:1f.3";
  machine.driver("pci", "sof-audio-pci-intel-tgl", "snd_sof_pci_intel_tgl");
  machine.driver("auxiliary", "snd_sof_probes.hda", "snd_sof_probes");
  machine.device("pci0000:00");
  machine.device(pci, {
    bus: "pci",
    driver: "sof-audio-pci-intel-tgl",
    modalias: "pci:v00008086d0000A0C8",
    runtimeStatus: "suspended",
  });
  machine.device(`${pci}/snd_sof.hda-probes.0`, {
    bus: "auxiliary",
    driver: "snd_sof_probes.hda",
    modalias: "auxiliary:snd_sof.hda-probes",
    runtimeStatus: "suspended",
  });
  machine.device(`${pci}/snd_sof.ipc_flood.0`, { bus: "auxiliary", modalias: "auxiliary:snd_sof.ipc_flood" });
  machine.device(`${pci}/skl_hda_dsp_generic`, { bus: "platform", modalias: "platform:skl_hda_dsp_generic" });
  machine.device(`${pci}/skl_hda_dsp_generic/sound/card0`, { class: "sound" });
  machine.device(`${pci}/skl_hda_dsp_generic/sound/card0/pcmC0D0p`, { class: "sound" });
  return machine.modules(
    KERNEL,
    ["snd-sof-probes", "snd-sof-ipc-flood-test"],
    ["auxiliary:snd_sof.hda-probes snd_sof_probes", "auxiliary:snd_sof.ipc_flood snd_sof_ipc_flood_test"],
  );
}

/**
 * A plain PC: a disk at AHCI with the root file system, an Ethernet card with the default route, a keyboard at USB, a
 * platform device.
 */
export function pc(): Machine {
  const machine = new Machine();
  machine.driver("pci", "ahci", "ahci").driver("pci", "e1000e", "e1000e").driver("pci", "xhci_hcd", "xhci_pci");
  machine
    .driver("usb", "usb")
    .driver("usb", "usbhid", "usbhid")
    .driver("platform", "rtc_cmos")
    .driver("scsi", "sd", "sd_mod");
  machine.device("pci0000:00");
  const ahci = "pci0000:00/0000:00:17.0";
  machine.device(ahci, { bus: "pci", driver: "ahci", modalias: "pci:v00008086d0000A352" });
  machine.device(`${ahci}/ata1`).device(`${ahci}/ata1/ata_port/ata1`, { class: "ata_port" });
  machine
    .device(`${ahci}/ata1/host0`, { bus: "scsi" })
    .device(`${ahci}/ata1/host0/scsi_host/host0`, { class: "scsi_host" });
  machine.device(`${ahci}/ata1/host0/target0:0:0`, { bus: "scsi" });
  const lun = `${ahci}/ata1/host0/target0:0:0/0:0:0:0`;
  machine.device(lun, { bus: "scsi", driver: "sd" });
  machine.block(`${lun}/block/sda`, "8:0").block(`${lun}/block/sda/sda1`, "8:1");
  machine.device("pci0000:00/0000:00:1f.6", {
    bus: "pci",
    driver: "e1000e",
    modalias: "pci:v00008086d000015BE",
    files: { remove: "", driver_override: "(null)\n" },
  });
  machine.device("pci0000:00/0000:00:1f.6/net/eno1", { class: "net" });
  const xhci = "pci0000:00/0000:00:14.0";
  machine.device(xhci, { bus: "pci", driver: "xhci_hcd", modalias: "pci:v00008086d0000A36D", runtimeStatus: "active" });
  machine.device(`${xhci}/usb1`, { bus: "usb", driver: "usb" });
  machine.device(`${xhci}/usb1/1-3`, { bus: "usb", driver: "usb" });
  machine.device(`${xhci}/usb1/1-3/1-3:1.0`, { bus: "usb", driver: "usbhid", modalias: "usb:v046DpC31C" });
  machine.device(`${xhci}/usb1/1-3/1-3:1.0/input/input5`, { class: "input" });
  machine.device("platform").device("platform/rtc_cmos", { bus: "platform", driver: "rtc_cmos" });
  machine.device("platform/rtc_cmos/rtc/rtc0", { class: "rtc" });
  machine.defaultRoute("eno1").rootFileSystem("8:1", "/dev/sda1");
  return machine.modules(KERNEL, ["ahci", "e1000e"], ["pci:v00008086d000015BE* e1000e"], ["rtc-cmos"]);
}
