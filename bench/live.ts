/**
 * How long an alert takes from its deadline to its receiver, on the real worker with real time: by both clocks, by the cron trigger
 * alone, and by that with somebody who looks at the page now and then. Cron triggers do not fire locally, so they are fired here at each
 * full minute, as Cloudflare does; the Clock object's alarm fires by itself.
 */
import { writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { createTestHarness } from "wrangler";
import * as z from "zod/mini";

/** Hosts whose deadline passes, one after the other, in this time: as many a minute as one sweep can tell of. */
const DEADLINES = 60;
const WITHIN_MS = 180_000;
/** Until the first: the Clock object, once wound, first rings after a minute. */
const LEAD_MS = 70_000;
/** The slowest clock comes within a minute of the last. */
const WAIT_MS = 75_000;
const MINUTE_MS = 60_000;
const VISIT_EVERY_MS = 3_000;
const HEARD_BEFORE_MS = 600_000;

export interface Latency {
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** Deadlines that no alert came of in time. */
  readonly untold: number;
}

export interface Live {
  readonly bothClocks: Latency;
  readonly cronAlone: Latency;
  readonly cronAndVisits: Latency;
}

const clock = {
  durable_objects: { bindings: [{ name: "CLOCK", class_name: "Clock" }] },
  migrations: [{ tag: "v1", new_sqlite_classes: ["Clock"] }],
};
const WAYS = [
  { name: "live-both", own: clock },
  { name: "live-cron", own: {} },
  { name: "live-visited", own: {} },
] as const;

/** As much of a running worker, and of its D1, as this file uses: the Node side has no types of the Workers runtime. */
interface Worker {
  readonly scheduled: (event: { cron: string; scheduledTime: Date }) => Promise<unknown>;
  readonly fetch: (url: string) => Promise<{ text(): Promise<string> }>;
}
interface D1 {
  prepare(sql: string): { run(): Promise<unknown> };
}

export async function measureLive(folder: string): Promise<Live> {
  const receivers = await Promise.all(WAYS.map(openReceiver));
  const workers = WAYS.map(({ name, own }, i) => configOf(folder, name, own, receivers[i]?.url ?? ""));
  const harness = createTestHarness({ workers: workers.map((configPath) => ({ configPath })) });
  const stop = new AbortController();
  try {
    await harness.listen();
    const all = WAYS.map(({ name }) => harness.getWorker(name));
    const [, , visited] = all;
    for (const worker of all) await worker.applyD1Migrations("DB");
    // It winds the Clock object, as any request would.
    await fire(all);
    const firstAt = Date.now() + LEAD_MS;
    for (const worker of all) {
      const db: D1 = (await worker.getEnv()).DB;
      await db.prepare(hostsSql(firstAt)).run();
    }
    const beside = [fireCron(all, stop.signal), visited === undefined ? null : visit(visited, stop.signal)];
    await sleep(firstAt + WITHIN_MS + WAIT_MS - Date.now());
    stop.abort();
    await Promise.allSettled(beside);
    const [bothClocks, cronAlone, cronAndVisits] = receivers.map(({ latencies }) => latencyOf(latencies));
    if (bothClocks === undefined || cronAlone === undefined || cronAndVisits === undefined) throw new Error("three");
    return { bothClocks, cronAlone, cronAndVisits };
  } finally {
    stop.abort();
    await harness.close();
    for (const { close } of receivers) await close();
  }
}

/** Writes the settings of one worker; answers where. */
function configOf(folder: string, name: string, own: object, url: string): string {
  const secret = `whsec_${Buffer.from("a secret of at least 24 bytes").toString("base64")}`;
  const channels = { live: { kind: "webhook", url, secret: "LIVE_SECRET" } };
  const vars = { SWEEP_SECONDS: 60, ALLOW_PRIVATE_URLS: true, LIVE_SECRET: secret, CHANNELS: channels };
  const database = { binding: "DB", database_name: name, database_id: name, migrations_dir: resolve("migrations") };
  const common = { name, main: resolve("worker/index.ts"), compatibility_date: "2026-11-02", minify: true };
  const path = join(folder, `${name}.json`);
  writeFileSync(path, JSON.stringify({ ...common, d1_databases: [database], vars, ...own }));
  return path;
}

const posted = z.object({ type: z.string(), data: z.object({ openedAt: z.string() }) });

/** Takes webhooks, and keeps how long after its deadline each opening alert came. */
async function openReceiver() {
  const latencies: number[] = [];
  const server = createServer(async (request, response) => {
    const at = Date.now();
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const { type, data } = z.parse(posted, JSON.parse(Buffer.concat(chunks).toString()));
    if (type === "incident.opened") latencies.push(at - Date.parse(data.openedAt));
    response.writeHead(204).end();
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const { port } = z.parse(z.object({ port: z.number() }), server.address());
  const close = () => new Promise<void>((done) => server.close(() => done()));
  return { url: `http://127.0.0.1:${port}/alerts`, latencies, close };
}

/** One site each, whose only host was heard ten minutes before its deadline. */
function hostsSql(firstAt: number): string {
  const rows = Array.from({ length: DEADLINES }, (_, i) => {
    const dueAt = Math.round(firstAt + (i * WITHIN_MS) / DEADLINES);
    const heardAt = dueAt - HEARD_BEFORE_MS;
    const spec = { kind: "host", host: "nas", everySeconds: 300, graceSeconds: 300, plannedAt: heardAt };
    const facts = { kind: "host", heardAt, seqs: [], clockOffset: null };
    const texts = [spec, facts, { code: "fine" }].map((value) => `'${JSON.stringify(value)}'`);
    return `('site${i}', 'host:nas', 1, ${texts[0]}, ${texts[1]}, 'ok', ${texts[2]}, ${heardAt}, ${dueAt})`;
  });
  return `INSERT INTO watches (site, key, version, spec, facts, status, reason, since_at, due_at) VALUES ${rows.join(", ")}`;
}

function fire(all: readonly Worker[]): Promise<unknown> {
  return Promise.allSettled(all.map((worker) => worker.scheduled({ cron: "* * * * *", scheduledTime: new Date() })));
}

async function fireCron(all: readonly Worker[], signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await sleep(MINUTE_MS - (Date.now() % MINUTE_MS), undefined, { signal });
    void fire(all);
  }
}

async function visit(worker: Worker, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await sleep(VISIT_EVERY_MS, undefined, { signal });
    await worker.fetch("https://tierwatch.example/").then((answer) => answer.text());
  }
}

function latencyOf(latencies: readonly number[]): Latency {
  const sorted = [...latencies].sort((a, b) => a - b);
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
  return { p50Ms: at(0.5), p99Ms: at(0.99), untold: DEADLINES - sorted.length };
}
