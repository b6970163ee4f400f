// Runs the tests of the tools in guests: Node and the command line on a real kernel with real auxiliary devices.
import { mkdir, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { makeKernel } from "./kernel.ts";
import { runOnHostFiles } from "./run-on-host-files.ts";

const HELP = `Usage: npm run test:guest -- [options]

Boots a kernel in QEMU and tests auxctl there, on auxiliary devices that come and go, and on what else the machine has.

  --kernel K    6.1 (Debian 12's own), 7.3 (from trixie-backports), or the path of a kernel image (6.1)
  --keep DIR    keep what the guest has written there
  -h, --help    this text

Exit codes:
  0  all tests have passed
  1  some have failed
  2  the command line is wrong, or the kernel cannot be made ready`;

const TESTS = fileURLToPath(new URL("inside/auxctl.js", import.meta.url));

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      kernel: { type: "string", default: "6.1" },
      keep: { type: "string" },
      help: { type: "boolean", short: "h" },
    },
  });
  if (values.help === true) {
    console.log(HELP);
    return 0;
  }
  const kernel = await makeKernel(values.kernel);
  if (values.keep !== undefined) await mkdir(values.keep, { recursive: true });
  const out = values.keep ?? (await mkdtemp(join(tmpdir(), "auxbus-out-")));
  console.log(`auxctl on Linux ${kernel.version}`);
  try {
    // On the console, too: a guest that says nothing for long is ended.
    const reporters = ["stdout", "/run/out/report.txt"].flatMap((to) => [
      "--test-reporter=spec",
      `--test-reporter-destination=${to}`,
    ]);
    const path = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
    // The files of the host are a chroot, in which udevadm would hear nothing.
    const env = [
      "/usr/bin/env",
      "-i",
      `PATH=${path}`,
      "HOME=/run",
      "TMPDIR=/run",
      "LANG=C.UTF-8",
      "SYSTEMD_IGNORE_CHROOT=1",
    ];
    const { code, console: said } = await runOnHostFiles(kernel, [...env, process.execPath, ...reporters, TESTS], out);
    const report = await readFile(join(out, "report.txt"), "utf8").catch(() => "");
    console.log(report);
    const passed = Number(/^ℹ pass (\d+)$/m.exec(report)?.[1] ?? 0);
    if (code === 0 && passed > 0) return 0;
    console.log(`The guest ended with ${code}; its console:\n${said}`);
    return 1;
  } finally {
    if (values.keep === undefined) await rm(out, { recursive: true, force: true });
  }
}

process.exitCode = await main().catch((error: unknown) => {
  console.error(`test:guest: ${error instanceof Error ? error.message : String(error)}`);
  return 2;
});
