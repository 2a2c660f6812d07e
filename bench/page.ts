/** What the pages cost: rows and statements by D1's own account, bytes, and CPU of the worker's own code in workerd. */
import { writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { gzipSync } from "node:zlib";
import { createTestHarness } from "wrangler";
import * as z from "zod/mini";
import { workerdCpuMs } from "./cpu.ts";
import { measurePaints, type Paints } from "./paint.ts";
import { bundleWorker } from "./size.ts";

/** Jobs of which the front page tells. */
const SIZES = [10, 100, 1_000];
/** Of a site of 100 jobs. */
const OTHERS = {
  job: "/site/home/job/host0/save-1",
  calendar: "/runs.ics",
  status: "/status.json",
  metrics: "/metrics",
};
/** Before that the runtime has not yet made its best of the code. */
const WARM_UP = 200;
/** /proc counts in hundredths of a second. */
const MEASURED_MS = 1_500;

export interface PageCost {
  readonly statements: number;
  readonly rowsRead: number;
  readonly gzipBytes: number;
  /** Of a worker that is warm; null where /proc does not tell. */
  readonly cpuMs: number | null;
}

export interface Pages {
  /** By the number of jobs. */
  readonly front: Readonly<Record<string, PageCost>>;
  readonly others: Readonly<Record<keyof typeof OTHERS, PageCost>>;
  readonly styleGzipBytes: number;
  readonly paints: Paints;
}

const made = z.object({ status: z.number(), body: z.string(), statements: z.number(), rowsRead: z.number() });

type Ask = (path: string, init?: RequestInit) => Promise<Response>;

export async function measurePages(folder: string): Promise<Pages> {
  const configPath = bundled(folder);
  const harness = createTestHarness({ workers: [{ configPath }] });
  const { url } = await harness.listen();
  const ask: Ask = (path, init) => fetch(new URL(path, url), init);
  try {
    await harness.getWorker().applyD1Migrations("DB");
    const now = Date.now();
    const fill = (jobs: number) => ask(`/bench/fill?jobs=${jobs}&now=${now}`, { method: "POST" });
    const front: Record<string, PageCost> = {};
    for (const jobs of SIZES) {
      await fill(jobs);
      front[jobs] = await costOf(ask, "/", now);
    }
    await fill(100);
    const others = {
      job: await costOf(ask, OTHERS.job, now),
      calendar: await costOf(ask, OTHERS.calendar, now),
      status: await costOf(ask, OTHERS.status, now),
      metrics: await costOf(ask, OTHERS.metrics, now),
    };
    const styleGzipBytes = gzipSync(await (await ask("/style.css")).text()).byteLength;
    return { front, others, styleGzipBytes, paints: await measurePaints(url.href) };
  } finally {
    await harness.close();
  }
}

/** As it is deployed: what `wrangler dev` bundles has checks for developers in it. */
function bundled(folder: string): string {
  const common = {
    name: "tierwatch-bench-pages",
    compatibility_date: "2026-11-02",
    assets: { directory: resolve("public") },
    d1_databases: [
      { binding: "DB", database_name: "bench", database_id: "bench", migrations_dir: resolve("migrations") },
    ],
  };
  const [source, built, out] = [join(folder, "pages.json"), join(folder, "pages-built.json"), join(folder, "pages")];
  const main = resolve("bench/page-worker.ts");
  writeFileSync(source, JSON.stringify({ ...common, main, minify: true, keep_names: false }));
  bundleWorker(out, source);
  writeFileSync(built, JSON.stringify({ ...common, main: join(out, "page-worker.js"), no_bundle: true }));
  return built;
}

async function costOf(ask: Ask, path: string, now: number): Promise<PageCost> {
  const named = `path=${encodeURIComponent(path)}&now=${now}`;
  const { status, body, statements, rowsRead } = z.parse(made, await (await ask(`/bench/cost?${named}`)).json());
  if (status !== 200) throw new Error(`${path} was answered ${status}: ${body}`);
  const gzipBytes = gzipSync(body).byteLength;
  return {
    statements,
    rowsRead,
    gzipBytes,
    cpuMs: await cpuOf((times) => ask(`/bench/repeat?${named}&times=${times}`)),
  };
}

/** As often as it takes to be told apart from the clock's steps; what workerd spends while it idles is some ten thousandth of that. */
async function cpuOf(repeat: (times: number) => Promise<Response>): Promise<number | null> {
  const spent = async (times: number) => {
    const before = workerdCpuMs();
    const answer = await repeat(times);
    if (!answer.ok) throw new Error(`a page could not be repeated: ${await answer.text()}`);
    await answer.text();
    const after = workerdCpuMs();
    return before === null || after === null ? null : after - before;
  };
  const tried = await spent(WARM_UP);
  if (tried === null) return null;
  const times = Math.min(5_000, Math.ceil((MEASURED_MS / Math.max(1, tried)) * WARM_UP));
  const took = await spent(times);
  return took === null ? null : Math.round((took / times) * 100) / 100;
}
