// A driver that does in each callback what its parent tells it to. Tests run it in workers and processes.
import { setTimeout as sleep } from "node:timers/promises";
import { BusError, defineIsolableDriver, errnoOf } from "auxbus";

async function obey(device, callback, binding) {
  const order = await device.shared.order(callback, device.name);
  const [what, detail] = order.split(" ");
  switch (what) {
    case "ok":
      return undefined;
    case "fail":
      throw new BusError(detail, "as it was told", { op: callback, device: device.name });
    case "exit":
      return process.exit(Number(detail ?? 3));
    case "throw":
      setImmediate(() => {
        throw new Error("thrown where nobody catches it");
      });
      return new Promise(() => {});
    case "reject":
      void Promise.reject(new Error("rejected where nobody waits"));
      return new Promise(() => {});
    case "kill":
      return process.kill(process.pid, "SIGKILL");
    case "oom":
      return fill([]);
    case "loop":
      await device.shared.told("looping");
      for (;;);
    case "never":
      return new Promise(() => {});
    case "progress":
      return progress(device, binding, Number(detail));
    default:
      throw new Error(`what is ${order}?`);
  }
}

function fill(hoard) {
  for (;;) hoard.push(Array.from({ length: 100_000 }, () => hoard.length));
}

/** Takes so many times 50 seconds, and says each time that it gets on. */
async function progress(device, binding, times) {
  for (let i = 0; i < times; i++) {
    await new Promise((resolve) => device.core.runtime.setTimer(resolve, 50_000));
    binding.progress();
  }
}

export function makeDriver(name, ids) {
  return defineIsolableDriver({
    ...(name === undefined ? {} : { name }),
    idTable: ids.map((id) => ({ name: id })),
    async probe(device, _id, binding) {
      const { resources, handover } = binding;
      device.driverData = { count: handover?.count ?? 0, calls: 0 };
      const held = await device.shared.take("from probe");
      resources.use(held);
      resources.defer(() => device.shared.told(`released ${device.name}`));
      binding.signal.addEventListener("abort", () => void device.shared.told("aborted").catch(() => {}));
      await device.runtimePm.getNoResume();
      resources.defer(() => device.runtimePm.putNoIdle());
      await obey(device, "probe", binding);
    },
    remove: (device) => obey(device, "remove"),
    shutdown: (device) => obey(device, "shutdown"),
    suspend: (device, state) => obey(device, `suspend ${String(state)}`),
    resume: (device) => obey(device, "resume"),
    pm: { suspend: (device) => obey(device, "pm suspend"), resume: (device) => obey(device, "pm resume") },
    handover: (device) => ({ count: device.driverData.count }),
    handlers: {
      obey: (device) => obey(device, "handler"),
      count: (device) => ++device.driverData.count,
      where: () => process.pid,
      echo: (_device, ...args) => args,
      length: (_device, bytes) => bytes.byteLength,
      async ask(device, ...args) {
        return device.shared.echo(...args);
      },
      async callBack(_device, fn, ...args) {
        return fn(...args);
      },
      async keep(device, object) {
        device.driverData.kept = object;
        return object === device.driverData.kept;
      },
      kept: (device) => device.driverData.kept,
      async use(device, object) {
        return [await object.name, await object.double(21), await device.shared.isMine(object)];
      },
      async waitFor(device, signal) {
        if (!signal.aborted) await new Promise((resolve) => signal.addEventListener("abort", resolve));
        return { code: errnoOf(signal.reason), message: signal.reason.message };
      },
      async shared(device, property) {
        const value = await device.shared[property];
        return typeof value === "function" ? "function" : value;
      },
      async sleep(_device, ms) {
        await sleep(ms);
      },
      self: (device) => device,
      async read(_device, path) {
        const { readFile } = await import("node:fs/promises");
        return readFile(path, "utf8");
      },
      async write(_device, path, text) {
        const { writeFile } = await import("node:fs/promises");
        return writeFile(path, text);
      },
      async spawn() {
        const { spawn } = await import("node:child_process");
        return spawn("true").pid;
      },
      async reenter(device, how) {
        return device.shared.reenter(how).then(
          () => "ok",
          (error) => errnoOf(error),
        );
      },
    },
  });
}

export const driver = makeDriver(undefined, ["m.x", "m.y"]);
