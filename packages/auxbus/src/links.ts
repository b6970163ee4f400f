import type { DriverCore } from "./core.ts";
import type { Device } from "./device.ts";
import { BusError } from "./errors.ts";
import { movePowerOrderToEnd } from "./power-order.ts";

/** The state of a managed link, as the kernel's `status` file names it. */
export type LinkState = "not tracked" | "dormant" | "available" | "consumer probing" | "active" | "supplier unbinding";

type AutoRemoveOn = "supplier unbind" | "consumer unbind" | "never";

export interface DeviceLinkOptions {
  /** Only the order counts: probing and unbinding are not managed, and you remove the link yourself. */
  readonly stateless?: boolean;
  /** The link goes when the consumer's driver is unbound, or does not bind. */
  readonly autoremoveConsumer?: boolean;
  /** The link goes when the supplier's driver is unbound. */
  readonly autoremoveSupplier?: boolean;
  /** When the supplier is bound, the consumer is probed. */
  readonly autoprobeConsumer?: boolean;
  /** While the consumer is runtime-active, so is the supplier. */
  readonly pmRuntime?: boolean;
  /** With `pmRuntime`: the consumer is active now, so resume the supplier. */
  readonly rpmActive?: boolean;
}

/**
 * A dependency between two devices (the kernel's `device_link`): the consumer is bound after its supplier and
 * unbound, suspended and shut down before it.
 */
export class DeviceLink {
  readonly consumer: Device;
  readonly supplier: Device;
  /** @internal */ removedOn: AutoRemoveOn;
  /** @internal While the consumer is runtime-active, so is the supplier. */ pmRuntime: boolean;
  /** @internal */ readonly autoprobeConsumer: boolean;
  /** @internal */ current: LinkState;
  /** @internal How often it was asked for as one that the core manages. */ managedRefs: number;
  /** @internal How often it was asked for as a stateless one. */ statelessRefs: number;
  /** @internal The consumer is being unbound because its supplier is. */ consumerLeaving = false;
  #removed = false;

  /** @internal */
  constructor(consumer: Device, supplier: Device, options: DeviceLinkOptions) {
    this.consumer = consumer;
    this.supplier = supplier;
    this.removedOn = removedOn(options);
    this.pmRuntime = options.pmRuntime === true;
    this.autoprobeConsumer = options.autoprobeConsumer === true;
    this.statelessRefs = options.stateless === true ? 1 : 0;
    this.managedRefs = 1 - this.statelessRefs;
    this.current = this.managed ? initialState(consumer, supplier) : "not tracked";
  }

  get state(): LinkState {
    return this.current;
  }

  /** When the link goes by itself, as the kernel's `auto_remove_on` file says it. */
  get autoRemoveOn(): AutoRemoveOn {
    return this.removedOn;
  }

  get managed(): boolean {
    return this.managedRefs > 0;
  }

  /** `BUS:SUPPLIER--BUS:CONSUMER`, its name below `/devices/virtual/devlink`. */
  get name(): string {
    return `${qualified(this.supplier)}--${qualified(this.consumer)}`;
  }

  get path(): string {
    return `/devices/virtual/devlink/${this.name}`;
  }

  /** Takes the link away (`device_link_del`); the last of several requests counts. */
  remove(): void {
    if (this.statelessRefs > 0) this.statelessRefs--;
    else this.managedRefs--;
    if (this.statelessRefs + this.managedRefs <= 0) this.drop();
  }

  /** @internal The core no longer manages it; it stays for those who have asked for a stateless one. */
  dropManaged(): void {
    this.managedRefs = 0;
    this.current = "not tracked";
    if (this.statelessRefs === 0) this.drop();
  }

  /** @internal */
  drop(): void {
    if (this.#removed) return;
    this.#removed = true;
    const { core } = this.supplier;
    this.supplier.extras?.consumers?.delete(this);
    this.consumer.extras?.suppliers?.delete(this);
    core.links.delete(this);
    if (this.pmRuntime) this.consumer.extras?.runtimePm?.supplierGone(this);
    this.uevent("remove");
    // Once more, when a supplier whose driver is leaving has been left.
    core.work.schedule(() => this.supplier.extras?.runtimePm?.idleSoon());
    this.supplier.dropRef();
    this.consumer.dropRef();
  }

  /** @internal */
  uevent(action: "add" | "remove"): void {
    const { uevents } = this.supplier.core;
    if (!uevents.heard) {
      uevents.skip();
      return;
    }
    uevents.emit(
      action,
      () => this.path,
      "devlink",
      () => ({}),
    );
  }
}

/** `BUS:NAME`, as links name their ends. */
export function qualified(device: Device): string {
  return `${device.bus?.name ?? ""}:${device.name}`;
}

function initialState(consumer: Device, supplier: Device): LinkState {
  const probing = consumer.binding?.state === "probing";
  switch (supplier.binding?.state) {
    case "probing":
      // The consumer knows that the supplier works already: it has just got something from it.
      return probing ? "consumer probing" : "dormant";
    case "bound":
      if (probing) return "consumer probing";
      return consumer.binding?.state === "bound" ? "active" : "available";
    case "unbinding":
      return "supplier unbinding";
    case "revoked":
    case undefined:
      return "dormant";
  }
}

/**
 * Makes `consumer` depend on `supplier` (`device_link_add`). Asking again for the same pair gives the same link,
 * to be removed as often.
 *
 * @throws {BusError} `EINVAL` the supplier is not added, the two are one, the supplier depends on the consumer
 *   already (a cycle, which is printed), or options contradict each other
 */
export function addLink(core: DriverCore, consumer: Device, supplier: Device, options: DeviceLinkOptions): DeviceLink {
  const refuse = (why: string): BusError =>
    new BusError("EINVAL", `cannot link consumer ${consumer.name} to supplier ${supplier.name}: ${why}`, {
      op: "link",
      device: consumer.name,
    });
  const { stateless, autoremoveConsumer, autoremoveSupplier, autoprobeConsumer } = options;
  const auto = autoremoveConsumer === true || autoremoveSupplier === true;
  if (stateless === true && (auto || autoprobeConsumer === true))
    throw refuse("a stateless link does nothing by itself");
  if (autoprobeConsumer === true && auto) throw refuse("a link that probes its consumer must stay");
  if (supplier.phase !== "added") throw refuse("add the supplier first");
  if (dependsOn(supplier, consumer)) {
    const path = dependencyPath(supplier, consumer) ?? [];
    throw refuse(`the supplier depends on it: ${path.map((d) => d.name).join(" → ")}`);
  }
  for (const link of consumer.extras?.suppliers ?? []) {
    if (link.supplier !== supplier) continue;
    askAgain(link, options);
    return link;
  }
  const link = new DeviceLink(consumer, supplier, options);
  supplier.get();
  consumer.get();
  (supplier.more.consumers ??= new Set()).add(link);
  (consumer.more.suppliers ??= new Set()).add(link);
  core.links.add(link);
  movePowerOrderToEnd(consumer);
  link.uevent("add");
  if (link.pmRuntime && options.rpmActive === true) consumer.runtimePm.holdSupplier(link);
  // Who links during its probe expects to have the supplier.
  else if (link.pmRuntime && link.state === "consumer probing") supplier.runtimePm.resumeSoon();
  return link;
}

function askAgain(link: DeviceLink, options: DeviceLinkOptions): void {
  if (options.pmRuntime === true) {
    link.pmRuntime = true;
    if (options.rpmActive === true) link.consumer.runtimePm.holdSupplier(link);
  }
  if (options.stateless === true) {
    link.statelessRefs++;
    return;
  }
  link.removedOn = longerLived(link.removedOn, removedOn(options));
  if (!link.managed) link.current = initialState(link.consumer, link.supplier);
  link.managedRefs++;
}

function removedOn(options: DeviceLinkOptions): AutoRemoveOn {
  if (options.autoremoveSupplier === true) return "supplier unbind";
  return options.autoremoveConsumer === true ? "consumer unbind" : "never";
}

/** A link that is asked for again stays as long as the longest-lived request wants it. */
function longerLived(link: AutoRemoveOn, request: AutoRemoveOn): AutoRemoveOn {
  if (request === "consumer unbind") return link;
  return request === "supplier unbind" && link === "never" ? link : request;
}

/** Whether `device` is `on`, or depends on it through its parents and suppliers. */
function dependsOn(device: Device, on: Device): boolean {
  for (let at: Device | null = device; at !== null; at = at.parent) {
    if (at === on) return true;
    const suppliers = at.extras?.suppliers;
    if (suppliers === null || suppliers === undefined) continue;
    for (const link of suppliers) if (dependsOn(link.supplier, on)) return true;
  }
  return false;
}

/** How it does. */
function dependencyPath(device: Device, on: Device): Device[] | null {
  if (device === on) return [device];
  const needs = [...(device.extras?.suppliers ?? [])].map((link) => link.supplier);
  if (device.parent !== null) needs.push(device.parent);
  for (const need of needs) {
    const path = dependencyPath(need, on);
    if (path !== null) return [device, ...path];
  }
  return null;
}

/** The links of one side that the core manages. */
export function* managedLinks(links: Set<DeviceLink> | null | undefined): IterableIterator<DeviceLink> {
  for (const link of links ?? []) if (link.managed) yield link;
}

/** Before a probe: the first supplier that is not bound, else null, with the links marked as in use by the probe. */
export function missingSupplier(device: Device): Device | null {
  if (device.extras === null || device.extras.suppliers === null) return null;
  for (const link of managedLinks(device.extras.suppliers)) {
    if (link.current !== "available") {
      resetProbing(device);
      return link.supplier;
    }
    link.current = "consumer probing";
  }
  return null;
}

function resetProbing(device: Device): void {
  for (const link of managedLinks(device.extras?.suppliers)) {
    if (link.current !== "consumer probing") continue;
    link.current = link.supplier.binding?.state === "bound" ? "available" : "dormant";
  }
}

/** After a successful probe. */
export function linksDriverBound(device: Device): void {
  if (device.extras === null) return;
  for (const link of managedLinks(device.extras.consumers)) {
    // A consumer that got something from this device while it was still probing is ahead of it.
    if (link.current !== "consumer probing" && link.current !== "active") link.current = "available";
    if (link.autoprobeConsumer) device.core.deferred.add(link.consumer, "");
  }
  for (const link of managedLinks(device.extras.suppliers)) link.current = "active";
}

/** After a probe that failed. */
export function linksNoDriver(device: Device): void {
  if (device.extras === null) return;
  for (const link of managedLinks(device.extras.consumers)) {
    if (link.current === "consumer probing" || link.current === "active") link.current = "dormant";
  }
  leaveSuppliers(device);
}

function leaveSuppliers(device: Device): void {
  for (const link of [...managedLinks(device.extras?.suppliers)].toReversed()) {
    if (link.removedOn === "consumer unbind") link.dropManaged();
    else if (link.current === "consumer probing" || link.current === "active") {
      link.current = link.supplier.binding?.state === "bound" ? "available" : "dormant";
    }
  }
}

/** After the driver was unbound. */
export function linksDriverCleanup(device: Device): void {
  if (device.extras === null) return;
  for (const link of [...managedLinks(device.extras.consumers)]) {
    if (link.current === "supplier unbinding" && link.removedOn === "supplier unbind") link.dropManaged();
    // Also one that stays, stateless: that is how the kernel shows it.
    link.current = "dormant";
  }
  leaveSuppliers(device);
}

/** Before the driver is unbound: whether consumers are using it; the others can no longer begin to. */
export function linksBusy(device: Device): boolean {
  for (const link of managedLinks(device.extras?.consumers)) {
    if (link.consumerLeaving || link.current === "consumer probing" || link.current === "active") return true;
    link.current = "supplier unbinding";
  }
  return false;
}

/** The driver stays after all: consumers that do not use the device yet may begin to again. */
export function linksStay(device: Device): void {
  for (const link of managedLinks(device.extras?.consumers)) {
    if (link.current === "supplier unbinding" && !link.consumerLeaving) link.current = "available";
  }
}

/** Takes every link of a device that is deleted, the youngest first. */
export function purgeLinks(device: Device): void {
  if (device.extras === null) return;
  for (const links of [device.extras.suppliers, device.extras.consumers]) {
    for (const link of [...(links ?? [])].toReversed()) link.drop();
  }
}
