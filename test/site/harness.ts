/** The worker's real bundle on workerd for one test file: settings of its own, a migrated database, and its clock in hand. */
import type { TestHarness, TestHarnessOptions } from "wrangler";

/** As much of a D1 binding as tests use: the Node side has no types of the Workers runtime. */
export interface D1 {
  prepare(sql: string): { run(): Promise<unknown>; first(): Promise<unknown>; all(): Promise<{ results: unknown[] }> };
}

type Vars = Readonly<Record<string, unknown>>;
type Secrets = Readonly<Record<string, string>>;

export interface Served {
  readonly url: URL;
  readonly db: D1;
  /** One pass of the cron trigger at `at`, in milliseconds. */
  readonly sweep: (at: number) => Promise<void>;
  /** The same worker and database with other settings, which costs less than a new one; takes the place of this. */
  readonly change: (vars: Vars, secrets: Secrets) => Promise<Served>;
  readonly close: () => Promise<void>;
}

/** Starts it; `vars` and `secrets` go before those of wrangler.toml. */
export async function serve(vars: Vars = {}, secrets: Secrets = {}): Promise<Served> {
  // Loaded here: what the local runtime trusts is read when it is loaded, and a test may want to say it before.
  const { createTestHarness } = await import("wrangler");
  const harness = createTestHarness(settings(vars, secrets));
  return served(harness);
}

function settings(vars: Vars, secrets: Secrets): TestHarnessOptions {
  return { workers: [{ configPath: "wrangler.toml", vars: { SWEEP_SECONDS: 600, ...vars }, secrets }] };
}

async function served(harness: TestHarness): Promise<Served> {
  const { url } = await harness.listen();
  const worker = harness.getWorker();
  await worker.applyD1Migrations("DB");
  const db: D1 = (await worker.getEnv()).DB;
  const sweep = async (at: number) => {
    await worker.scheduled({ cron: "* * * * *", scheduledTime: new Date(at) });
  };
  const change: Served["change"] = async (vars, secrets) => {
    await harness.update(settings(vars, secrets));
    return served(harness);
  };
  return { url, db, sweep, change, close: () => harness.close() };
}
