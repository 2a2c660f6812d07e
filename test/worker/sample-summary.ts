/**
 * Summaries of the reference site in the states a page has to show. They are judged by the real judge from facts, so that
 * what the page shows in a test is what it could be given.
 */
import type { Reading } from "../../protocol/heartbeat.ts";
import type { Plan } from "../../protocol/plan.ts";
import { UNATTENDED } from "../../worker/judge/incident.ts";
import { mergeReadings, mergeRun } from "../../worker/judge/merge.ts";
import { replan } from "../../worker/judge/planned.ts";
import { shownWatch } from "../../worker/judge/recent.ts";
import { type Summary, type SummaryInput, summarize } from "../../worker/judge/summary.ts";
import { judgeSite } from "../../worker/judge/verdict.ts";
import type { Facts, JobFacts, RunFact, Watch } from "../../worker/judge/watch.ts";

export const NOW = Date.parse("2026-11-23T08:30:05Z");
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
/** When the site was first planned. */
const PLANNED = NOW - 30 * DAY;

const datasets = [
  { name: "apps", born: "fast" },
  { name: "photos", born: "archive" },
];
const beat = { everySeconds: 300, graceSeconds: 300 };

const corenas: Plan = {
  beat,
  datasets,
  jobs: [
    carrying("nightly", "zfs-send", "0 2 * * *", ["fast", "archive"], ["apps"], 26),
    carrying("sync", "command", "0 3 * * *", ["archive", "staging"], ["apps", "photos"], 28),
    { name: "health", kind: "zfs-health", schedule: { everySeconds: 3600 }, graceSeconds: 3600, tier: "archive" },
  ],
};
const winvm: Plan = {
  beat,
  datasets,
  jobs: [carrying("offsite", "command", "0 4 * * *", ["staging", "offsite"], ["apps", "photos"], 30)],
};

function carrying(
  name: string,
  kind: string,
  cron: string,
  [from, to]: [string, string],
  carried: string[],
  windowHours: number,
): Plan["jobs"][number] {
  const schedule = { cron, zone: "UTC" };
  const windowSeconds = windowHours * 3600;
  return { name, kind, schedule, graceSeconds: 3600, from, to, datasets: carried, windowSeconds, proof: "marker" };
}

let runs = 0;
function run(startedAt: number, minutes: number, more: Partial<RunFact> = {}): RunFact {
  runs += 1;
  const finishedAt = startedAt + minutes * MINUTE;
  const times = { startedAt, finishedAt, receivedAt: finishedAt + 1000 };
  return { id: `run-${runs}`, seq: runs, status: "succeeded", exitCode: 0, ...times, ...more };
}

const none: JobFacts = { kind: "job", good: null, bad: null, skipped: null, runs: [], readings: null, unusual: null };
const job = (good: RunFact): JobFacts => mergeRun(none, good);
const host = (heardAt: number): Facts => ({ kind: "host", heardAt, seqs: [[1, 90]], clockOffset: null });
const copy = (recoveryAt: number, host: string, matched = 20): Facts => ({
  kind: "copy",
  good: { recoveryAt, seenAt: recoveryAt + HOUR, host, marker: "m", sampled: 20, matched },
  bad: null,
  depth: [],
});

/** Facts of a site in which every night went well, the last one `ago` milliseconds before `NOW`. */
function wellFacts(ago = 0): Record<string, Facts> {
  const at = Date.parse("2026-11-23T00:00:00Z") - ago;
  const seen = NOW - ago;
  return {
    "host:corenas": host(seen - 2 * MINUTE - 8000),
    "host:winvm": host(seen - 47_000),
    "job:corenas/nightly": job(run(at + 2 * HOUR, 12, { bytes: 1_573_741_824, files: 812 })),
    "job:corenas/sync": job(run(at + 3 * HOUR, 31, { bytes: 6_871_947_674 })),
    "job:corenas/health": job(run(seen - 25 * MINUTE, 0.05)),
    "job:winvm/offsite": job(run(at + 4 * HOUR, 48, { bytes: 7_301_444_403 })),
    "copy:apps/archive": copy(at + 2 * HOUR, "corenas"),
    "copy:apps/staging": copy(at + 2 * HOUR, "winvm"),
    "copy:apps/offsite": copy(at + 2 * HOUR, "winvm", 18),
    "copy:photos/staging": copy(at + 3 * HOUR, "winvm"),
    "copy:photos/offsite": copy(at + 3 * HOUR, "winvm"),
  };
}

type More = Partial<Pick<SummaryInput, "faults" | "blinds" | "deadLetters" | "lastSweepAt" | "incidents" | "acts">>;

/** The summary of the reference site with these facts, after one sweep. */
function judged(facts: Record<string, Facts>, more: More = {}, plannedAt = PLANNED): Summary {
  const plans = Object.entries({ corenas, winvm }).map(([host, plan]) => ({ host, plan, plannedAt }));
  const replanned = replan("home", plans, [], plannedAt);
  if (!("put" in replanned)) throw new Error(replanned.join("; "));
  const watches = replanned.put.map((watch): Watch => ({ ...watch, facts: facts[watch.key] ?? watch.facts }));
  const verdict = judgeSite("home", watches, [], NOW);
  const open = verdict.opened.map((incident) => ({ ...incident, closedAt: null }));
  return summarize({
    now: NOW,
    lastSweepAt: NOW - 12_000,
    faults: [],
    blinds: [],
    deadLetters: [],
    confirmations: [],
    acts: [],
    watches: verdict.after.map(shownWatch),
    ...more,
    incidents: [...open, ...(more.incidents ?? [])],
  });
}

export function healthy(more: More = {}): Summary {
  return judged(wellFacts(), more);
}

/** One closed incident, for the list of those. */
export const past: SummaryInput["incidents"][number] = {
  id: "home/job:corenas/nightly@1",
  site: "home",
  root: "job:corenas/nightly",
  severity: "critical",
  openedAt: NOW - 3 * DAY,
  noticedAt: NOW - 3 * DAY,
  subject: "job:corenas/nightly",
  reason: { code: "run", at: NOW - 3 * DAY, status: "failed", text: "cannot receive: destination is busy" },
  closedAt: NOW - 3 * DAY + 4 * HOUR,
  attention: UNATTENDED,
};

/** Two nights without `sync`: staging is missed, offsite blocked behind it. */
export function stuckSync(more: More = {}): Summary {
  const stale = wellFacts(2 * DAY);
  const keep = [
    "job:corenas/sync",
    "copy:apps/staging",
    "copy:apps/offsite",
    "copy:photos/staging",
    "copy:photos/offsite",
  ];
  const late = Object.fromEntries(keep.map((key) => [key, stale[key]]).filter(([, facts]) => facts !== undefined));
  return judged({ ...wellFacts(), ...late }, more);
}

/** Nothing was heard of either host for nine hours. */
export function silentSite(): Summary {
  return judged({ ...wellFacts(), "host:corenas": host(NOW - 9 * HOUR), "host:winvm": host(NOW - 9 * HOUR - MINUTE) });
}

export function degradedPool(text = "pool archive is DEGRADED: disk3 is OFFLINE"): Summary {
  const reading: Reading = { name: "pool.archive.state", value: "DEGRADED", verdict: "warning", text };
  const looked = run(NOW - 20 * MINUTE, 0.05, { status: "warned" });
  const read = { at: looked.finishedAt, run: looked.id, list: [reading] };
  return judged({ ...wellFacts(), "job:corenas/health": mergeReadings(job(looked), read) });
}

/** Copies that only their jobs vouch for. */
export function unproven(): Summary {
  const facts = Object.entries(wellFacts()).map(([key, of]): [string, Facts] => {
    if (of.kind !== "copy" || of.good === null) return [key, of];
    return [key, { ...of, good: { ...of.good, marker: null, sampled: 0, matched: 0 } }];
  });
  return judged(Object.fromEntries(facts));
}

/** All is well, but the job that looks at the pool has not run yet. */
export function unlooked(): Summary {
  const { "job:corenas/health": _, ...facts } = wellFacts();
  return judged(facts, {}, NOW - 4 * MINUTE);
}

/** Planned four minutes ago, and nothing came yet. */
export function pending(): Summary {
  return judged({}, {}, NOW - 4 * MINUTE);
}

export function empty(more: Partial<Summary> = {}): Summary {
  return {
    generatedAt: NOW,
    lastSweepAt: NOW - 12_000,
    view: "owner",
    faults: [],
    blinds: [],
    deadLetters: [],
    confirmations: [],
    sites: [],
    ...more,
  };
}

/** A healthy site and a stuck one. */
export function twoSites(): Summary {
  const [home] = stuckSync().sites;
  const [well] = healthy().sites;
  if (home === undefined || well === undefined) throw new Error("a sample has a site");
  return { ...healthy(), sites: [{ ...well, name: "cabin" }, home] };
}

/** Twelve sites; one of them is stuck. */
export function manySites(): Summary {
  const [home] = stuckSync().sites;
  const [well] = healthy().sites;
  if (home === undefined || well === undefined) throw new Error("a sample has a site");
  const others = Array.from({ length: 11 }, (_, i) => ({ ...well, name: `cabin-${i + 1}` }));
  return { ...healthy(), sites: [...others, home] };
}
