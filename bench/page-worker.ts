/**
 * The worker for measuring its pages: `POST /bench/fill` puts a site of so many jobs with a year of runs behind each into the
 * database, `GET /bench/cost` says what a page reads, `GET /bench/repeat` makes it over and over. Any other address is the
 * worker's own.
 */

import { metered } from "../test/worker/metered.ts";
import { replayed } from "../test/worker/replayed.ts";
import { largeWatches } from "../test/worker/sample-large.ts";
import { createApp } from "../worker/app.ts";
import { readSettings, type Settings } from "../worker/settings.ts";
import { openDatabase, writeAll } from "../worker/store/database.ts";
import { putWatches } from "../worker/store/watches.ts";

interface Bindings {
  readonly DB: D1Database;
}

const HOUR = 3_600_000;
const RUNS_A_YEAR = 365;
const app = createApp();

export default {
  async fetch(request, env, ctx) {
    const { pathname, searchParams } = new URL(request.url);
    const number = (name: string) => Number(searchParams.get(name));
    const [path, now] = [searchParams.get("path") ?? "/", number("now")];
    switch (pathname) {
      case "/bench/fill":
        await fill(env.DB, number("jobs"), now);
        return new Response();
      case "/bench/cost":
        return Response.json(await cost(env.DB, path, now));
      case "/bench/repeat":
        return Response.json(await repeat(env.DB, path, now, number("times")));
      default:
        return app.fetch(request, bindingsOf(env.DB, Date.now()), ctx);
    }
  },
} satisfies ExportedHandler<Bindings>;

let settings: Settings | undefined;

/** Everybody may see everything that is public, as on the page that is fetched most. */
function bindingsOf(d1: D1Database, now: number) {
  settings ??= { ...readSettings({ DB: d1, PUBLIC_SITES: "all" }), channels: [], faults: [] };
  return { db: openDatabase(d1), settings, now, sweepSoon: () => {} };
}

function answer(d1: D1Database, path: string, now: number): Promise<Response> {
  return Promise.resolve(app.fetch(new Request(`https://bench.example${path}`), bindingsOf(d1, now)));
}

async function cost(d1: D1Database, path: string, now: number) {
  const meter = metered(d1);
  const made = await answer(meter.d1, path, now);
  return { status: made.status, body: await made.text(), ...meter.take() };
}

/** All in one request: what a request costs by itself, on the way here, is not the worker's. */
async function repeat(d1: D1Database, path: string, now: number, times: number): Promise<number> {
  const database = replayed(d1);
  let chars = 0;
  for (let i = 0; i < times; i++) chars += (await (await answer(database, path, now)).text()).length;
  return chars;
}

async function fill(d1: D1Database, jobs: number, now: number): Promise<void> {
  const watches = largeWatches(jobs, now);
  await d1.batch(["watches", "runs"].map((table) => d1.prepare(`DELETE FROM ${table}`)));
  await writeAll(openDatabase(d1), putWatches(watches));
  await d1
    .prepare("UPDATE sweeps SET last_sweep_at = ?")
    .bind(now - 12_000)
    .run();
  await d1
    .prepare(`
      WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < ?1)
      INSERT INTO runs (site, host, job, id, seq, status, started_at, finished_at, received_at, detail)
      SELECT site, spec->>'host', spec->>'job', 'run-' || i, i, iif(i % 40 = 7, 'failed', 'succeeded'),
        ?2 - i * ?3, ?2 - i * ?3 + 1500000, ?2 - i * ?3 + 1500000, '{"bytes":4000000000,"files":900}'
      FROM watches, n WHERE key GLOB 'job:*'`)
    .bind(RUNS_A_YEAR, now - 6 * HOUR, 24 * HOUR)
    .run();
}
