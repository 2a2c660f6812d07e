/** The worker's real bundle on workerd for one test file: settings of its own, a migrated database, and its clock in hand. */

/** As much of a D1 binding as tests use: the Node side has no types of the Workers runtime. */
export interface D1 {
  prepare(sql: string): { run(): Promise<unknown>; first(): Promise<unknown>; all(): Promise<{ results: unknown[] }> };
}

export interface Served {
  readonly url: URL;
  readonly db: D1;
  /** One pass of the cron trigger at `at`, in milliseconds. */
  readonly sweep: (at: number) => Promise<void>;
  readonly close: () => Promise<void>;
}

/** Starts it; `vars` and `secrets` go before those of wrangler.toml. */
export async function serve(
  vars: Readonly<Record<string, unknown>> = {},
  secrets: Readonly<Record<string, string>> = {},
): Promise<Served> {
  // Loaded here: what the local runtime trusts is read when it is loaded, and a test may want to say it before.
  const { createTestHarness } = await import("wrangler");
  const settings = { SWEEP_SECONDS: 600, ...vars };
  const harness = createTestHarness({ workers: [{ configPath: "wrangler.toml", vars: settings, secrets }] });
  const { url } = await harness.listen();
  const worker = harness.getWorker();
  await worker.applyD1Migrations("DB");
  const db: D1 = (await worker.getEnv()).DB;
  const sweep = async (at: number) => {
    await worker.scheduled({ cron: "* * * * *", scheduledTime: new Date(at) });
  };
  return { url, db, sweep, close: () => harness.close() };
}
