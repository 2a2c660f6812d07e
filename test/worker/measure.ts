/** What a heartbeat and a sweep cost in rows and statements, through the app's own door. Tests assert it, the bench prints it. */

import type { Heartbeat } from "../../protocol/heartbeat.ts";
import { signedHeaders } from "../../protocol/signature.ts";
import { createApp } from "../../worker/app.ts";
import { readSettings } from "../../worker/settings.ts";
import { openDatabase } from "../../worker/store/database.ts";
import { sweep } from "../../worker/sweep.ts";
import { type Metered, metered, type Usage } from "./metered.ts";
import { corenasPlan } from "./reference.ts";
import { emptyDatabase, enrolled, run, START, sweepAt, type TestHost } from "./support.ts";

const MINUTE = 60_000;
const WATCHES_PER_SITE = 10;

/**
 * The cost of one heartbeat of a host that is well: alive only, and with the result of one run. `size` is how many other
 * watches there are, and how many runs and markers of the same host's past.
 */
export async function heartbeatCost(d1: D1Database, size = 0): Promise<{ alive: Usage; withRun: Usage }> {
  await emptyDatabase();
  await fill(d1, size, START);
  await fillPast(d1, size);
  const host = await enrolled("home", "corenas", corenasPlan, START);
  const meter = metered(d1);
  for (const seq of [1, 2])
    await send(meter, host, { runs: [run("health", seq, START + seq * MINUTE)] }, START + seq * MINUTE);
  await sweepAt(START + 2 * MINUTE);
  meter.take();
  await send(meter, host, { runs: [] }, START + 3 * MINUTE);
  const alive = meter.take();
  await send(meter, host, { runs: [run("health", 3, START + 4 * MINUTE)] }, START + 4 * MINUTE);
  return { alive, withRun: meter.take() };
}

async function send(meter: Metered, host: TestHost, heartbeat: Heartbeat, now: number): Promise<void> {
  const url = "https://tierwatch.example/v1/heartbeats";
  const body = new Uint8Array(new TextEncoder().encode(JSON.stringify(heartbeat)));
  const headers = await signedHeaders({ method: "POST", url, body }, host.key, now);
  const bindings = {
    db: openDatabase(meter.d1),
    settings: readSettings({ DB: meter.d1 }),
    now,
    sweepSoon: () => {},
    lastPage: null,
  };
  const answer = await createApp().fetch(new Request(url, { method: "POST", headers, body }), bindings);
  if (answer.status !== 200) throw new Error(`a heartbeat was answered ${answer.status}: ${await answer.text()}`);
}

export interface SweepCost extends Usage {
  readonly watchesDue: number;
  readonly skipped: number;
}

/** The cost of one sweep over `watches` watches, in sites of ten, of which `due` hosts have just fallen silent. */
export async function sweepCost(d1: D1Database, watches: number, due: number): Promise<SweepCost> {
  await emptyDatabase();
  const now = START + 60 * MINUTE;
  await fill(d1, watches, now);
  await fillPast(d1, watches);
  await d1
    .prepare(`UPDATE watches SET due_at = ? WHERE key = 'host:nas' AND CAST(substr(site, 5) AS INTEGER) < ?`)
    .bind(now, due)
    .run();
  // Any sweep but the one a day that takes out old rows: that one reads them all.
  await d1.prepare("UPDATE sweeps SET tidied_at = ?").bind(now).run();
  const meter = metered(d1);
  const swept = await sweep(openDatabase(meter.d1), { ...readSettings({ DB: meter.d1 }), channels: [] }, now, "cron");
  return { ...meter.take(), watchesDue: swept.watchesDue, skipped: swept.skipped };
}

/** The cost of the public page of `jobs` jobs, with their hosts, and so many runs and markers in the past of each host. */
export async function pageCost(d1: D1Database, jobs: number, past = 0): Promise<Usage> {
  await emptyDatabase();
  await fill(d1, (jobs * WATCHES_PER_SITE) / (WATCHES_PER_SITE - 1), START);
  await fillPast(d1, past);
  const meter = metered(d1);
  const settings = { ...readSettings({ DB: meter.d1, PUBLIC_SITES: "all" }), channels: [] };
  const bindings = { db: openDatabase(meter.d1), settings, now: START, sweepSoon: () => {} };
  const answer = await createApp().fetch(new Request("https://tierwatch.example/"), bindings);
  if (answer.status !== 200) throw new Error(`the page was answered ${answer.status}: ${await answer.text()}`);
  await answer.text();
  return meter.take();
}

/** A long past of the measured host: runs of its job, markers of its dataset, and incidents of its site and of the first one, all over. */
async function fillPast(d1: D1Database, count: number): Promise<void> {
  const numbers = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?1)";
  if (count === 0) return;
  await d1.batch([
    d1
      .prepare(`${numbers}
        INSERT INTO runs (site, host, job, id, seq, status, started_at, finished_at, received_at, detail)
        SELECT 'home', 'corenas', 'health', 'past-' || i, i, 'succeeded', ?2 - i * 60000, ?2 - i * 60000, ?2, '{}' FROM n`)
      .bind(count, START),
    d1
      .prepare(`${numbers}
        INSERT INTO markers (site, marker, tier, seen_at, sighting, dataset, host, born_at)
        SELECT 'home', 'past-' || i, 'fast', 0, '', 'apps', 'corenas', ?2 - i * 60000 FROM n`)
      .bind(count, START),
    ...["home", "site0"].map((site) =>
      d1
        .prepare(`${numbers}
          INSERT INTO incidents (id, site, root, severity, opened_at, noticed_at, closed_at, subject, reason)
          SELECT ?3 || '/host:nas@' || i, ?3, 'host:nas', 'critical', ?2 - i * 3600000, ?2 - i * 3600000,
            ?2 - i * 3600000 + 60000, 'host:nas', '{"code":"fine"}' FROM n`)
        .bind(count, START - 30 * 24 * 60 * MINUTE, site),
    ),
  ]);
}

/** Sites of one host, which was last heard an hour ago, and nine jobs that are well. */
async function fill(d1: D1Database, watches: number, now: number): Promise<void> {
  if (watches === 0) return;
  const host = { kind: "host", host: "nas", everySeconds: 300, graceSeconds: 300, plannedAt: START };
  const hostFacts = { kind: "host", heardAt: now - 60 * MINUTE, seqs: [[1, 9]], clockOffset: null };
  const job = { kind: "job", host: "nas", tool: "command", schedule: { everySeconds: 86_400 }, graceSeconds: 3600 };
  const good = { id: "x", seq: 1, status: "succeeded", startedAt: START, finishedAt: START, receivedAt: START };
  const jobFacts = { kind: "job", good, bad: null, skipped: null, runs: [], readings: null, unusual: null };
  const values = [host, hostFacts, { ...job, plannedAt: START, datasets: [] }, jobFacts].map((value) =>
    JSON.stringify(value),
  );
  await d1
    .prepare(`
      WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < ?5)
      INSERT INTO watches (site, key, version, spec, facts, status, reason, since_at, due_at)
      SELECT 'site' || (i / ${WATCHES_PER_SITE}),
        CASE i % ${WATCHES_PER_SITE} WHEN 0 THEN 'host:nas' ELSE 'job:nas/j' || (i % ${WATCHES_PER_SITE}) END, 1,
        CASE i % ${WATCHES_PER_SITE} WHEN 0 THEN ?1 ELSE json_set(?3, '$.job', 'j' || (i % ${WATCHES_PER_SITE})) END,
        CASE i % ${WATCHES_PER_SITE} WHEN 0 THEN ?2 ELSE ?4 END,
        'ok', '{"code":"fine"}', ${START}, ${now + 24 * 60 * MINUTE} FROM n`)
    .bind(...values, watches)
    .run();
}
