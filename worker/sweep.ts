/**
 * One pass over the watches that are due: load, judge, write, deliver. Any clock may start one, and any number of them:
 * a lease lets one through at a time. A sweep that dies anywhere leaves what it did not write due for the next.
 */

import { deliverDue } from "./deliver.ts";
import { putDigests } from "./digest.ts";
import { putDrillWhenDue } from "./drill.ts";
import { blindInterval } from "./judge/blind.ts";
import { clockNews, nextAlarmAt, type Starter, standStill } from "./judge/clocks.ts";
import { LOOK_BACK_MS } from "./judge/flap.ts";
import { tiersReached } from "./judge/reach.ts";
import { routesOf } from "./judge/route.ts";
import { type Alert, alertsOf } from "./judge/say.ts";
import { sayUnreadable } from "./judge/say-unreadable.ts";
import { judgeSite, type Verdict } from "./judge/verdict.ts";
import { watchdogIsDue } from "./judge/watchdog.ts";
import { routingsOf, type Settings } from "./settings.ts";
import { actsOfSites } from "./store/acts.ts";
import { blindsSince, recentBlinds, recordBlind } from "./store/blinds.ts";
import { recordClockNews } from "./store/clocks.ts";
import { counted, type Database, writeAll } from "./store/database.ts";
import { putNotice } from "./store/notices.ts";
import { type Lease, nextDueAt, recordSweep, takeLease } from "./store/sweeps.ts";
import { TIDY_EVERY_MS, tidy } from "./store/tidy.ts";
import { closedSince, type Judgement, openIncidents, writeVerdicts } from "./store/verdicts.ts";
import { dueSites, type ReadWatches, readableWatches } from "./store/watches.ts";
import { callWatchdog } from "./watchdog.ts";

const LEASE_MS = 60_000;
/** Due watches taken in one pass, and passes in one sweep (a pass is repeated for sites that changed meanwhile). */
const DUE_MAX = 2_000;
const PASSES_MAX = 3;
/** Blind intervals that may still matter to a deadline. */
const BLINDS_MAX = 20;

export interface Swept {
  /** False when another sweep held the lease. */
  readonly swept: boolean;
  readonly watchesDue: number;
  /** Due watches whose verdict could not be written this time. */
  readonly skipped: number;
  readonly alerts: readonly Alert[];
  /** Deliveries that were tried, and that were taken. */
  readonly deliveries: number;
  readonly delivered: number;
}

const NOT_SWEPT: Swept = { swept: false, watchesDue: 0, skipped: 0, alerts: [], deliveries: 0, delivered: 0 };

/** `used`: statements that the same invocation made before. */
export async function sweep(
  database: Database,
  settings: Settings,
  now: number,
  startedBy: Starter,
  used = 0,
): Promise<Swept> {
  const { db, statements } = counted(database);
  const lease = await takeLease(db, now, LEASE_MS, startedBy);
  if (lease === null) return NOT_SWEPT;
  await lookAtOurselves(db, settings, lease, now);
  let watchesDue = 0;
  let skipped = 0;
  const alerts: Alert[] = [];
  for (let pass = 0; pass < PASSES_MAX; pass++) {
    const due = await dueSites(db, now, DUE_MAX);
    if (due.length === 0) break;
    const judgements = await judgeSites(
      db,
      settings,
      due.map(({ site }) => site),
      now,
    );
    const written = await writeVerdicts(db, judgements, `${now}/${pass}`);
    const done = judgements.filter(({ verdict }) => written.has(verdict.site));
    alerts.push(...done.flatMap(({ verdict }) => alertsOf(verdict)));
    watchesDue += sum(due.filter(({ site }) => written.has(site)));
    skipped = sum(due.filter(({ site }) => !written.has(site)));
    if (skipped === 0) break;
  }
  const { tried: deliveries, delivered } = await deliverDue(db, settings, now, used + statements());
  await putDigests(db, settings, lease.lastSweepAt, now);
  await putDrillWhenDue(db, settings, lease.lastSweepAt, now);
  if (lease.tidiedAt === null || now - lease.tidiedAt >= TIDY_EVERY_MS) await tidy(db, now);
  const url = skipped === 0 && watchdogIsDue(lease.watchdog, now) ? settings.watchdogUrl : null;
  await recordSweep(db, now, watchesDue, url !== null);
  if (url !== null) await callWatchdog(db, settings, url, lease.watchdog, now);
  return { swept: true, watchesDue, skipped, alerts, deliveries, delivered };
}

/**
 * When the clock that started the sweep at `now` starts the next: when something is due, at the latest at `latestAt`. Another
 * sweep may have held the lease, which began before and does not see what became due since; a site may have changed meanwhile.
 */
export async function nextSweepAt(db: Database, swept: Swept, now: number, latestAt: number): Promise<number> {
  const settled = swept.swept && swept.skipped === 0;
  const dueAt = await nextDueAt(db, settled ? now : 0, settled && swept.delivered === 0 ? now : 0);
  return nextAlarmAt(dueAt, now, latestAt, settled);
}

/** Did sweeps stand still until now, and does each clock still start them? */
async function lookAtOurselves(db: Database, settings: Settings, lease: Lease, now: number): Promise<void> {
  const routings = routingsOf(settings);
  const blind = blindInterval(lease.lastSweepAt, now);
  // Kept already by a sweep that died after it: it said what was to be said.
  const isKept = blind !== null && (await blindsSince(db, blind.fromAt)).some(({ fromAt }) => fromAt === blind.fromAt);
  const still = isKept || standStill(lease.clocks);
  if (blind !== null) await recordBlind(db, blind, routings, still);
  const clocks = blind === null || still ? lease.clocks : { ...lease.clocks, sinceAt: now };
  await recordClockNews(db, clockNews(clocks, settings.clocks, now), routings);
}

function sum(sites: readonly { readonly due: number }[]): number {
  return sites.reduce((total, { due }) => total + due, 0);
}

async function judgeSites(
  db: Database,
  settings: Settings,
  sites: readonly string[],
  now: number,
): Promise<Judgement[]> {
  const read = await readableWatches(db, sites);
  const watches = Map.groupBy(read.watches, ({ site }) => site);
  const spoilt = Map.groupBy(read.unreadable, ({ site }) => site);
  for (const [site, rows] of spoilt) await tellUnreadable(db, settings, site, rows, now);
  const open = Map.groupBy(await openIncidents(db, sites), ({ site }) => site);
  const closed = Map.groupBy(await closedSince(db, sites, now - LOOK_BACK_MS), ({ site }) => site);
  const acts = Map.groupBy(await actsOfSites(db, sites, now), ({ site }) => site);
  const blinds = await recentBlinds(db, BLINDS_MAX);
  const whole = sites.filter((site) => !spoilt.has(site));
  return whole.map((site) => {
    const context = {
      blinds,
      acts: acts.get(site) ?? [],
      closedLately: closed.get(site) ?? [],
      remind: settings.remind,
    };
    const mine = watches.get(site) ?? [];
    const verdict = judgeSite(site, mine, open.get(site) ?? [], now, context);
    return { verdict, deliveries: deliveriesOf(verdict, settings), read: mine };
  });
}

/** A site of which a row cannot be read is not judged: its owner has to know. */
async function tellUnreadable(
  db: Database,
  settings: Settings,
  site: string,
  rows: ReadWatches["unreadable"],
  now: number,
): Promise<void> {
  const keys = rows.map(({ key }) => key).sort();
  await writeAll(db, putNotice(sayUnreadable(site, keys, now), routingsOf(settings)));
}

function deliveriesOf(verdict: Verdict, settings: Settings): Judgement["deliveries"] {
  const { site, after, now } = verdict;
  return alertsOf(verdict).flatMap((alert) =>
    routesOf(alert, tiersReached(site, alert.root, after), routingsOf(settings), now),
  );
}
