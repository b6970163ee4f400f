import { type Awaitable, BusError, type Device, logOf, Mutex, toError } from "auxbus";
import { HealthReporter, type HealthReporterInfo, type HealthReporterSpec } from "./health.ts";
import { DevlinkParams } from "./params.ts";
import { type DevlinkPortOps, DevlinkPorts, type PortAddSpec } from "./ports.ts";

export const RELOAD_ACTIONS = ["driver_reinit", "fw_activate"] as const;

export type ReloadAction = (typeof RELOAD_ACTIONS)[number];

export type EswitchMode = "legacy" | "switchdev";

/** What a driver does for its devlink instance. All of it is called under the instance's lock. A failing one throws. */
export interface DevlinkOps {
  readonly reload?: {
    readonly actions: readonly ReloadAction[];
    down(action: ReloadAction): Awaitable<void>;
    /** @returns what was done: more than was asked for, sometimes */
    up(action: ReloadAction): Awaitable<readonly ReloadAction[]>;
  };
  readonly eswitch?: {
    mode(): EswitchMode;
    setMode(mode: EswitchMode): Awaitable<void>;
  };
  readonly port?: DevlinkPortOps;
}

export interface DevlinkInfo {
  readonly handle: string;
  readonly reloadFailed: boolean;
  readonly eswitch: EswitchMode | null;
  /** How often each action was done because somebody asked for it here. */
  readonly reloads: Readonly<Record<ReloadAction, number>>;
  /** How often somebody else has had it done: another host, the firmware. */
  readonly remoteReloads: Readonly<Record<ReloadAction, number>>;
}

/** The devlink instance of one device. */
export class DevlinkInstance {
  /** `pci/0000:08:00.0`, `auxiliary/mlx5_core.sf.4` */
  readonly handle: string;
  readonly device: Device;
  readonly params: DevlinkParams = new DevlinkParams();
  readonly ports: DevlinkPorts;
  /** The instance's lock: whatever users ask for takes it, and so do drivers that do the same of their own. */
  readonly lock: Mutex = new Mutex();
  readonly #ops: DevlinkOps;
  readonly #reporters = new Map<string, HealthReporter>();
  readonly #reloads: Record<ReloadAction, number> = { driver_reinit: 0, fw_activate: 0 };
  readonly #remoteReloads: Record<ReloadAction, number> = { driver_reinit: 0, fw_activate: 0 };
  #reloadFailed = false;
  /** @internal Users see it, and may ask for things. */
  registered = false;

  /** @internal Use `Devlink.alloc`. */
  constructor(handle: string, device: Device, ops: DevlinkOps) {
    this.handle = handle;
    this.device = device;
    this.ports = new DevlinkPorts(handle);
    this.#ops = ops;
  }

  /** The last reload has failed: the device is down until one succeeds. */
  get reloadFailed(): boolean {
    return this.#reloadFailed;
  }

  info(): DevlinkInfo {
    return {
      handle: this.handle,
      reloadFailed: this.#reloadFailed,
      eswitch: this.#ops.eswitch?.mode() ?? null,
      reloads: { ...this.#reloads },
      remoteReloads: { ...this.#remoteReloads },
    };
  }

  /**
   * Takes the device down and up again (`devlink dev reload`); parameters that wait for it take effect.
   *
   * @returns the actions that were done
   * @throws {BusError} `EOPNOTSUPP` it has no such action, or cannot now; else what the driver throws
   */
  reload(action: ReloadAction = "driver_reinit"): Promise<readonly ReloadAction[]> {
    return this.#asked(async () => {
      const { reload } = this.#ops;
      if (reload === undefined || !reload.actions.includes(action)) throw this.#unsupported(`reload action ${action}`);
      await reload.down(action);
      this.params.apply();
      try {
        const done = await reload.up(action);
        this.#reloadFailed = false;
        for (const one of done) this.#reloads[one]++;
        return done;
      } catch (error) {
        this.#reloadFailed = true;
        logOf(this.device, "error", `reload failed: ${toError(error).message}`, error);
        throw error;
      }
    });
  }

  /** For the driver: somebody else has reloaded the device (`devlink_remote_reload_actions_performed`). */
  remoteReloaded(actions: readonly ReloadAction[]): void {
    for (const action of actions) this.#remoteReloads[action]++;
  }

  /** @throws {BusError} `EOPNOTSUPP` it has no eswitch; else what the driver throws */
  setEswitchMode(mode: EswitchMode): Promise<void> {
    return this.#asked(async () => {
      if (this.#ops.eswitch === undefined) throw this.#unsupported("eswitch mode");
      if (this.#ops.eswitch.mode() !== mode) await this.#ops.eswitch.setMode(mode);
    });
  }

  /** @throws {BusError} `EOPNOTSUPP`; else what the driver throws */
  addPort(spec: PortAddSpec): Promise<number> {
    return this.#asked(async () => this.#portOps().add(spec));
  }

  /** @throws {BusError} `ENODEV`; `EOPNOTSUPP`; else what the driver throws */
  delPort(index: number): Promise<void> {
    return this.#asked(async () => {
      this.ports.get(index);
      await this.#portOps().del(index);
    });
  }

  /** @throws {BusError} `ENODEV`; `EOPNOTSUPP`; else what the driver throws */
  setPortState(index: number, state: "active" | "inactive"): Promise<void> {
    return this.#asked(async () => {
      this.ports.get(index);
      await this.#portOps().setState(index, state);
    });
  }

  /** What users ask for, one thing at a time; not of an instance that has gone while they waited. */
  #asked<T>(fn: () => Promise<T>): Promise<T> {
    return this.lock.run(() => {
      if (this.registered) return fn();
      throw new BusError("ENODEV", `${this.handle} has gone`, { op: "devlink", device: this.device.name });
    });
  }

  #portOps(): DevlinkPortOps {
    if (this.#ops.port === undefined) throw this.#unsupported("adding ports");
    return this.#ops.port;
  }

  createReporter(spec: HealthReporterSpec): HealthReporter {
    const reporter = new HealthReporter(this.device.core.runtime, spec);
    this.#reporters.set(spec.name, reporter);
    return reporter;
  }

  destroyReporter(name: string): void {
    this.#reporters.delete(name);
  }

  reporters(): HealthReporterInfo[] {
    return [...this.#reporters.values()].map((reporter) => reporter.info());
  }

  /** @throws {BusError} `ENOENT` */
  reporter(name: string): HealthReporter {
    const reporter = this.#reporters.get(name);
    if (reporter !== undefined) return reporter;
    const names = [...this.#reporters.keys()].join(", ") || "none";
    throw new BusError("ENOENT", `${this.handle} has no health reporter ${name}; it has ${names}`, { op: "health" });
  }

  #unsupported(what: string): BusError {
    return new BusError("EOPNOTSUPP", `${this.handle} does not support ${what}`, { op: "devlink" });
  }
}
