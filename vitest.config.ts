import { defineConfig } from "vitest/config";

export default defineConfig({
  // Tests run on the sources, so that a failure and the coverage point at them.
  resolve: { conditions: ["source"] },
  ssr: {
    resolve: { conditions: ["source", "node", "import", "default"], externalConditions: ["source", "node", "import"] },
  },
  test: {
    include: ["packages/*/src/**/*.test.ts", "stacks/*/src/**/*.test.ts", "test/**/*.test.ts"],
    server: { deps: { inline: [/auxbus/] } },
    coverage: {
      provider: "v8",
      include: ["packages/auxbus/src/**/*.ts"],
      exclude: ["**/*.test.ts", "**/*.test-d.ts", "**/*.d.ts"],
      thresholds: { lines: 95, branches: 95 },
      reporter: ["text", "json-summary"],
    },
  },
});
