import { Bus, Device, type DriverCore } from "auxbus";

/** What a vDPA device was made with. */
export interface VdpaConfig {
  readonly mac?: string;
  readonly mtu?: number;
  /** Pairs of virtqueues. */
  readonly maxVqp?: number;
}

/** A vDPA device: a network card's queues, as a virtio driver uses them. */
export class VdpaDevice extends Device {
  /** The management device that it was made of. */
  readonly mgmtdev: string;
  readonly config: Readonly<Required<VdpaConfig>> & { readonly linkUp: boolean };

  constructor(bus: VdpaBus, name: string, parent: Device, mgmtdev: string, config: VdpaDevice["config"]) {
    super(bus.core, { name, parent, bus });
    this.mgmtdev = mgmtdev;
    this.config = config;
  }
}

const instances = new WeakMap<DriverCore, VdpaBus>();

/** The vDPA bus: any of its drivers takes any device (who wants another one says so with `driver_override`). */
export class VdpaBus extends Bus<VdpaDevice> {
  private constructor() {
    super("vdpa");
  }

  /** The one that belongs to a core; added when it is first asked for. */
  static of(core: DriverCore): VdpaBus {
    let bus = instances.get(core);
    if (bus === undefined) {
      bus = core.addBus(new VdpaBus());
      instances.set(core, bus);
    }
    return bus;
  }

  override match(): boolean {
    return true;
  }
}
