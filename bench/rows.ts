/** Rows and statements of heartbeats and sweeps: exact counts by D1's own account, the same in production. */
import { writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { createTestHarness } from "wrangler";
import * as z from "zod/mini";

const usage = z.object({ statements: z.number(), rowsRead: z.number(), rowsWritten: z.number() });
const sweepUsage = z.extend(usage, { watchesDue: z.number(), skipped: z.number() });
const measured = z.object({
  heartbeat: z.object({ alive: usage, withRun: usage }),
  idle: z.record(z.string(), z.number()),
  growth: z.record(z.string(), z.object({ heartbeat: z.number(), sweep: z.number() })),
  one: sweepUsage,
  many: sweepUsage,
});
export type Rows = z.infer<typeof measured>;

export async function measureRows(folder: string): Promise<Rows> {
  const config = {
    name: "tierwatch-bench-rows",
    main: resolve("bench/measured-worker.ts"),
    compatibility_date: "2026-11-02",
    d1_databases: [{ binding: "DB", database_name: "bench", migrations_dir: resolve("migrations") }],
  };
  const configPath = join(folder, "rows.json");
  writeFileSync(configPath, JSON.stringify(config));
  const harness = createTestHarness({ workers: [{ configPath }] });
  await harness.listen();
  const worker = harness.getWorker();
  await worker.applyD1Migrations("DB");
  const answer = await worker.fetch("https://bench.example/");
  const rows = z.parse(measured, await answer.json());
  await harness.close();
  return rows;
}
