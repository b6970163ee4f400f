// What a round trip costs with nothing around it.
import { parentPort } from "node:worker_threads";

parentPort?.on("message", (value: number) => parentPort?.postMessage(value));
