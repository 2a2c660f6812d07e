/** `npm run bench`: every figure of this project in one run; `--json` prints them as one object and nothing else. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { measureHeartbeats } from "./heartbeats.ts";
import { measureJob } from "./jobs.ts";
import { measureLive } from "./live.ts";
import { measurePages } from "./page.ts";
import { measurePusher } from "./pusher.ts";
import { figuresOf, tableOf } from "./report.ts";
import { measureRows } from "./rows.ts";
import { workerGzipBytes } from "./size.ts";

// Wrangler says on stdout what it misses; what it would look up is not needed here.
process.env.CLOUDFLARE_CF_FETCH_ENABLED = "false";
process.env.CI = "1";
process.env.WRANGLER_SEND_METRICS = "false";
const folder = mkdtempSync(join(tmpdir(), "tierwatch-bench-"));
const step = (what: string) => process.stderr.write(`${what} …\n`);
try {
  step("the pusher's start");
  const pusher = measurePusher(folder);
  step("what the pusher adds to rsync");
  const job = measureJob(folder);
  step("the worker's size");
  const size = workerGzipBytes(folder);
  step("rows and statements");
  const rows = await measureRows(folder);
  step("pages, in workerd and in a browser");
  const pages = await measurePages(folder);
  step("heartbeats through workerd, D1 on disk");
  const heartbeats = await measureHeartbeats(folder);
  step("from deadline to delivery, on live clocks for five and a half minutes");
  const figures = figuresOf(rows, heartbeats, await measureLive(folder), size, pusher, job, pages);
  console.log(process.argv.includes("--json") ? JSON.stringify(figures) : tableOf(figures));
} finally {
  rmSync(folder, { recursive: true, force: true });
}
