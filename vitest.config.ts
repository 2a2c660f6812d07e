/**
 * Three rings of tests. `node`: pure functions, the pusher and the house itself; `workerd`: the contract and the worker
 * on the real runtime with D1; `site`: the bundled pusher, the real worker and real tools together. Files of all three run
 * beside each other: none has a port, a folder or a program that another could have (what a machine has once, like the
 * daemon of zfs-fuse, is taken in turns).
 */
import { availableParallelism } from "node:os";
import { cloudflareTest, readD1Migrations } from "@cloudflare/vitest-plugin";
import { defineConfig } from "vitest/config";

/** Tests of real tools wait as much as they work, so there is one worker more than there are processors. */
const maxWorkers = availableParallelism() + 1;

/** Where CI wants the numbers of the run, as JSON. */
const report = process.env.TIERWATCH_TEST_REPORT;

export default defineConfig(async () => ({
  test: {
    ...(report === undefined ? {} : { reporters: ["default", "json"], outputFile: { json: report } }),
    projects: [
      {
        test: {
          name: "node",
          maxWorkers,
          include: ["test/{protocol,judge,feeds,pusher,house,simulation}/**/*.test.ts"],
          environment: "node",
          globalSetup: "./test/pusher/bundle.ts",
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
          maxWorkers,
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
          maxWorkers,
          include: ["test/site/**/*.test.ts"],
          environment: "node",
          globalSetup: ["./test/pusher/bundle.ts", "./test/site/unpack-browser.ts"],
          testTimeout: 300_000,
          // A hook may wait for its turn with zfs-fuse.
          hookTimeout: 900_000,
        },
      },
    ],
  },
}));
