import { availableParallelism } from "node:os";
import { join } from "node:path";
import { defineConfig } from "vitest/config";

/** Where `.ci/run` wants a report that it can count. */
const report = process.env["TEST_REPORT"];

/** Folders of tests whose drivers can run elsewhere. */
const STACKS = ["sof", "mlx5", "intel", "nics"];

export default defineConfig({
  // Tests run on the sources, so that a failure and the coverage point at them.
  resolve: { conditions: ["source"] },
  ssr: {
    resolve: { conditions: ["source", "node", "import", "default"], externalConditions: ["source", "node", "import"] },
  },
  test: {
    projects: [
      {
        extends: true,
        test: {
          name: "all",
          include: [
            "packages/*/src/**/*.test.ts",
            "conformance/src/**/*.test.ts",
            "stacks/*/src/**/*.test.ts",
            "test/**/*.test.ts",
          ],
          // They want more of the machine: npm run test:machine.
          exclude: ["test/linux/*.machine.test.ts"],
        },
      },
      // The stacks once more with their drivers in workers, and in processes.
      ...["worker", "process"].flatMap((kind) =>
        STACKS.map((stack) => ({
          extends: true as const,
          test: {
            name: `${stack} in a ${kind}`,
            include: [`test/${stack}/**/*.test.ts`],
            env: { AUXBUS_TEST_ISOLATION: kind },
          },
        })),
      ),
    ],
    // Also on two processors both are used.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    // Time is virtual: a test that takes long is on a busy machine, or hangs.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // Not into the caches of whoever runs the tests.
    env: { XDG_CACHE_HOME: join(import.meta.dirname, "node_modules/.cache/tests") },
    server: { deps: { inline: [/auxbus/] } },
    reporters: report === undefined ? ["default"] : ["default", ["json", { outputFile: report }]],
    coverage: {
      provider: "v8",
      include: ["packages/*/src/**/*.ts", "stacks/*/src/**/*.ts"],
      exclude: ["**/*.test.ts", "**/*.test-d.ts", "**/*.d.ts"],
      thresholds: {
        "packages/auxbus/src/**": { lines: 95, branches: 95 },
        // What runs in workers and processes is not seen here.
        "packages/modules/src/**": { lines: 75, branches: 70 },
        "packages/testing/src/**": { lines: 95, branches: 90 },
        "packages/auxctl/src/**": { lines: 90, branches: 80 },
        "stacks/*/src/**": { lines: 80, branches: 60 },
      },
      reporter: ["text", "json-summary"],
    },
  },
});
