import type { Verb, VerbArgs } from "@auxbus/control";
import { BusError } from "auxbus";
import type { Devlink } from "./devlink.ts";
import { type DevlinkInstance, type EswitchMode, RELOAD_ACTIONS, type ReloadAction } from "./instance.ts";
import type { DevlinkParamInfo, DevlinkParamValue } from "./params.ts";

const ESWITCH_MODES = ["legacy", "switchdev"] as const;

/** What iproute2's `devlink` does. */
export function devlinkCommands(devlink: Devlink): Verb[] {
  const handles = (): string[] => devlink.list().map(({ handle }) => handle);
  const dev = {
    name: "dev",
    positional: true,
    required: true,
    description: "such as pci/0000:08:00.0",
    complete: handles,
  };
  const some = { ...dev, required: false, description: "only this one" };
  const ports = (): string[] => devlink.instances().flatMap((one) => one.ports.list().map(({ handle }) => handle));
  const port = {
    name: "port",
    positional: true,
    required: true,
    description: "such as pci/0000:08:00.0/32768",
    complete: ports,
  };
  const chosen = (args: VerbArgs): DevlinkInstance[] =>
    args["dev"] === undefined
      ? devlink.instances().toSorted((a, b) => a.handle.localeCompare(b.handle))
      : [devlink.get(String(args["dev"]))];

  return [
    {
      name: "devlink dev show",
      summary: "Show devices that devlink knows, and how often they were reloaded.",
      params: [some],
      run: (args) =>
        chosen(args).map((instance) => {
          const { handle, eswitch, reloadFailed, reloads, remoteReloads } = instance.info();
          const sum = (counts: Readonly<Record<ReloadAction, number>>): number =>
            counts.driver_reinit + counts.fw_activate;
          return {
            dev: handle,
            eswitch: eswitch ?? "-",
            state: reloadFailed ? "reload failed" : "ok",
            reloads: sum(reloads),
            remote: sum(remoteReloads),
          };
        }),
    },
    {
      name: "devlink dev param show",
      summary: "Show parameters of devices.",
      params: [some],
      run: (args) =>
        chosen(args).flatMap(({ handle, params }) =>
          params.list().map(({ name, cmode, value, pending }) => ({
            dev: handle,
            name,
            cmode,
            value,
            pending: pending ?? "-",
          })),
        ),
    },
    {
      name: "devlink dev param set",
      summary: "Set a parameter of a device; one of cmode driverinit takes effect at the next reload.",
      params: [
        dev,
        {
          name: "name",
          required: true,
          description: "the parameter",
          complete: () => [
            ...new Set(devlink.instances().flatMap(({ params }) => params.list().map(({ name }) => name))),
          ],
        },
        { name: "value", required: true, description: "true, false, a number or a text" },
        { name: "cmode", description: "when it takes effect, to be sure", choices: ["driverinit", "runtime"] },
      ],
      async run({ dev: handle, name, value, cmode }) {
        const { params } = devlink.get(String(handle));
        const known = params.list().find((param) => param.name === name);
        if (cmode !== undefined && known !== undefined && known.cmode !== cmode) {
          throw new BusError("EOPNOTSUPP", `${known.name} is of cmode ${known.cmode}, not ${String(cmode)}`, {
            op: "param set",
          });
        }
        await params.set(String(name), valueOf(known, String(value)));
      },
    },
    {
      name: "devlink dev reload",
      summary: "Take a device down and up again, with the parameters that were set.",
      params: [dev, { name: "action", description: "what for (driver_reinit)", choices: RELOAD_ACTIONS }],
      async run({ dev: handle, action = "driver_reinit" }) {
        const wanted = RELOAD_ACTIONS.find((known) => known === action);
        return { performed: (await devlink.get(String(handle)).reload(wanted)).join(" ") };
      },
    },
    {
      name: "devlink dev eswitch show",
      summary: "Show the mode of a device's eswitch.",
      params: [dev],
      run: ({ dev: handle }) => ({ dev: handle, mode: devlink.get(String(handle)).info().eswitch ?? "-" }),
    },
    {
      name: "devlink dev eswitch set",
      summary: "Set the mode of a device's eswitch.",
      params: [dev, { name: "mode", required: true, description: "the mode", choices: ESWITCH_MODES }],
      run: ({ dev: handle, mode }) => devlink.get(String(handle)).setEswitchMode(modeOf(mode)),
    },
    {
      name: "devlink port show",
      summary: "Show ports of devices.",
      params: [some],
      run: (args) =>
        chosen(args).flatMap(({ ports: own }) =>
          own.list().map(({ handle, flavour, netdev, pfnum, sfnum, state, opstate }) => ({
            port: handle,
            flavour,
            netdev: netdev ?? "-",
            pfnum: pfnum ?? "-",
            sfnum: sfnum ?? "-",
            state: state ?? "-",
            opstate: opstate ?? "-",
          })),
        ),
    },
    {
      name: "devlink port add",
      summary: "Make a port with a sub-function behind it.",
      params: [
        dev,
        { name: "flavour", required: true, description: "what kind", choices: ["pcisf"] },
        { name: "pfnum", type: "number", required: true, description: "number of the physical function" },
        { name: "sfnum", type: "number", description: "number of the sub-function" },
      ],
      async run({ dev: handle, flavour, pfnum, sfnum }) {
        const instance = devlink.get(String(handle));
        const spec = {
          flavour: String(flavour),
          pfnum: Number(pfnum),
          ...(sfnum === undefined ? {} : { sfnum: Number(sfnum) }),
        };
        return { port: `${instance.handle}/${await instance.addPort(spec)}` };
      },
    },
    {
      name: "devlink port del",
      summary: "Take a port away.",
      params: [port],
      run: ({ port: handle }) => onPort(devlink, handle, (instance, index) => instance.delPort(index)),
    },
    {
      name: "devlink port function set",
      summary: "Let a port's function be used, or take it back.",
      params: [
        port,
        { name: "state", required: true, description: "what it is to be", choices: ["active", "inactive"] },
      ],
      run: ({ port: handle, state }) =>
        onPort(devlink, handle, (instance, index) =>
          instance.setPortState(index, state === "active" ? "active" : "inactive"),
        ),
    },
    {
      name: "devlink health show",
      summary: "Show what watches devices' health.",
      params: [some],
      run: (args) =>
        chosen(args).flatMap((instance) =>
          instance.reporters().map(({ name, state, errors, recoveries, gracePeriod, message }) => ({
            dev: instance.handle,
            reporter: name,
            state,
            errors,
            recoveries,
            grace_ms: gracePeriod,
            message: message ?? "-",
          })),
        ),
    },
    {
      name: "devlink health recover",
      summary: "Recover a device from an error.",
      params: [dev, { name: "reporter", required: true, description: "what has found the error, such as fw_fatal" }],
      run: ({ dev: handle, reporter }) => devlink.get(String(handle)).reporter(String(reporter)).recover(),
    },
  ];
}

/** A text as the parameter wants it. */
function valueOf(param: DevlinkParamInfo | undefined, text: string): DevlinkParamValue {
  if (typeof param?.value === "boolean" && /^(?:true|false)$/.test(text)) return text === "true";
  if (typeof param?.value === "number" && text.trim() !== "" && Number.isFinite(Number(text))) return Number(text);
  return text;
}

function modeOf(mode: VerbArgs[string]): EswitchMode {
  return mode === "switchdev" ? "switchdev" : "legacy";
}

function onPort<T>(devlink: Devlink, handle: VerbArgs[string], fn: (instance: DevlinkInstance, index: number) => T): T {
  const match = /^(.+)\/(\d+)$/.exec(String(handle));
  if (match === null) {
    throw new BusError("EINVAL", `${String(handle)} is no port (such as pci/0000:08:00.0/32768)`, { op: "port" });
  }
  return fn(devlink.get(match[1] ?? ""), Number(match[2]));
}
