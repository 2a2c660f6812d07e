/**
 * Three rings of tests. `node`: pure functions, the pusher and the house itself; `workerd`: the contract and the worker
 * on the real runtime with D1; `site`: the bundled pusher, the real worker and real tools together.
 */
import { cloudflareTest, readD1Migrations } from "@cloudflare/vitest-plugin";
import { defineConfig } from "vitest/config";

/** Where CI wants the numbers of the run, as JSON. */
const report = process.env.TIERWATCH_TEST_REPORT;

export default defineConfig(async () => ({
  test: {
    ...(report === undefined ? {} : { reporters: ["default", "json"], outputFile: { json: report } }),
    projects: [
      {
        test: {
          name: "node",
          include: ["test/{protocol,judge,feeds,pusher,house,simulation}/**/*.test.ts"],
          environment: "node",
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        plugins: [
          cloudflareTest({
            wrangler: { configPath: "./wrangler.toml" },
            miniflare: { bindings: { TEST_MIGRATIONS: await readD1Migrations("migrations") } },
          }),
        ],
        test: {
          name: "workerd",
          include: ["test/{protocol,worker}/**/*.test.{ts,tsx}"],
          setupFiles: ["./test/worker/setup.ts"],
          globalSetup: "./test/site/providers.ts",
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          name: "site",
          include: ["test/site/**/*.test.ts"],
          environment: "node",
          globalSetup: "./test/site/build.ts",
          testTimeout: 300_000,
          hookTimeout: 300_000,
          fileParallelism: false,
        },
      },
    ],
  },
}));
