// One sample in a fresh process: WORKLOAD CONTENDER N. Prints its figures as JSON.
import { auxbus, auxbusAsync } from "./contenders/auxbus.ts";
import { cordis3 } from "./contenders/cordis3.ts";
import { cordis4 } from "./contenders/cordis4.ts";
import { effectScope } from "./contenders/effect-scope.ts";
import { floor } from "./contenders/floor.ts";
import { type Contender, work } from "./contender.ts";
import { cyclesFor } from "./plan.ts";
import * as own from "./workloads/auxbus.ts";
import { bytes, churn, fillDrain } from "./workloads/churn.ts";
import { crashAndBind, isolatedCalls } from "./workloads/isolation.ts";
import { auxbusPairs, cordis3Pairs, cordis4Pairs, type UpDown } from "./workloads/pairs.ts";
import { reload } from "./workloads/reload.ts";
import { avvioWhole } from "./workloads/whole.ts";

const CONTENDERS: Readonly<Record<string, Contender>> = Object.fromEntries(
  [floor, auxbus, auxbusAsync, effectScope, cordis3, cordis4].map((contender) => [contender.name, contender]),
);

const PAIRS: Readonly<Record<string, (n: number) => Promise<UpDown>>> = {
  auxbus: auxbusPairs,
  "cordis 3": cordis3Pairs,
  "cordis 4": cordis4Pairs,
};

async function sample(workload: string, name: string, n: number): Promise<Record<string, number>> {
  const contender = (): Contender => {
    const found = CONTENDERS[name];
    if (found === undefined) throw new Error(`there is no contender ${name}`);
    return found;
  };
  switch (workload) {
    case "churn":
      return { churn: await churn(contender(), n, cyclesFor(name, n)) };
    case "fill and drain":
      return { [workload]: await fillDrain(contender(), n) };
    case "bytes":
      return { bytes: await bytes(contender(), n) };
    case "whole application":
      return { [workload]: name === "avvio" ? await avvioWhole(n) : await fillDrain(contender(), n) };
    case "pairs": {
      // Warm, as a program is that has run for a while.
      await PAIRS[name]?.(Math.min(n, 400));
      const pairs = await PAIRS[name]?.(n);
      if (pairs === undefined) throw new Error(`there are no pairs of ${name}`);
      return { "pairs up": pairs.up, "pairs down": pairs.down };
    }
    case "beside drivers":
      return { [workload]: await own.besideDrivers(n) };
    case "same name":
      return { [workload]: await own.sameName(n) };
    case "register beside":
      return { [workload]: await own.registerBeside(n) };
    case "register over":
      return { [workload]: await own.registerOver(n) };
    case "find by name":
      return { [workload]: await own.find(n) };
    case "unbind and bind by name":
      return { [workload]: await own.bindByName(n) };
    case "uevent":
      return { uevent: await own.uevents(n) };
    case "handle call":
      return { [workload]: await own.handleCall() };
    case "isolated call": {
      const call = isolatedCalls[name];
      if (call === undefined) throw new Error(`there are no isolated calls of ${name}`);
      return call();
    }
    case "reload":
      return { reload: await reload(name === "beside the bus" ? "none" : name === "worker" ? "worker" : "process", n) };
    case "crash":
      return crashAndBind(name === "auxbus worker" ? "worker" : "process", n);
    default:
      throw new Error(`there is no workload ${workload}`);
  }
}

const [workload = "", contender = "", n = ""] = process.argv.slice(2);
const figures = await sample(workload, contender, Number(n));
const compares = ["churn", "fill and drain", "bytes", "whole application"].includes(workload);
if (compares && (work.probed === 0 || work.cleaned === 0)) throw new Error(`${contender} did not do the work`);
console.log(JSON.stringify(figures));
process.exit(0);
