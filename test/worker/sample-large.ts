/** A site with many jobs, each with weeks of runs: what a page is measured and looked at with. Judged by the real judge. */
import type { Plan } from "../../protocol/plan.ts";
import { mergeRun } from "../../worker/judge/merge.ts";
import { replan } from "../../worker/judge/planned.ts";
import { shownWatch } from "../../worker/judge/recent.ts";
import { type Summary, summarize } from "../../worker/judge/summary.ts";
import { judgeSite } from "../../worker/judge/verdict.ts";
import type { Facts, JobFacts, RunFact, Watch } from "../../worker/judge/watch.ts";
import { NOW } from "./sample-summary.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const JOBS_PER_HOST = 100;
/** Every so manieth job carries on to the cloud what another one brought. */
const FAR = 4;
const RUNS = 60;
const BYTES = 4_000_000_000;

const schedule = { cron: "0 3 * * *", zone: "UTC" };

function planOf(host: number, jobs: number): Plan {
  const of = Array.from({ length: jobs }, (_, i) => i);
  const carrying = (name: string, dataset: string, from: string, to: string, hours: number): Plan["jobs"][number] => ({
    name,
    kind: "command",
    schedule,
    graceSeconds: 3 * 3600,
    from,
    to,
    datasets: [dataset],
    windowSeconds: hours * 3600,
    proof: "marker",
  });
  return {
    beat: { everySeconds: 300, graceSeconds: 300 },
    datasets: of.filter((i) => i % FAR !== 0).map((i) => ({ name: dataset(host, i), born: "fast" })),
    jobs: of.map((i) =>
      i % FAR === 0
        ? carrying(`far-${i}`, dataset(host, i + 1), "archive", "offsite", 60)
        : carrying(`save-${i}`, dataset(host, i), "fast", "archive", 30),
    ),
  };
}

function dataset(host: number, i: number): string {
  return `data-${host}-${i}`;
}

/** Always the same in [0, 1). */
function chance(seed: number): number {
  const mixed = Math.imul(seed ^ 0x9e3779b9, 0x85ebca6b) >>> 0;
  return ((mixed ^ (mixed >>> 13)) >>> 0) / 2 ** 32;
}

/** One run a night up to the last one; now and then one that warned or failed. */
export function nightlyRuns(seed: number, count: number, lastAt: number): RunFact[] {
  return Array.from({ length: count }, (_, i): RunFact => {
    const [a, b] = [chance(seed * 1000 + i), chance(seed * 7919 + i * 31)];
    const startedAt = lastAt - (count - 1 - i) * DAY + Math.round(b * 4 * MINUTE);
    const finishedAt = startedAt + Math.round((20 + 12 * a + 6 * b) * MINUTE);
    const isLast = i === count - 1;
    const status = isLast || b < 0.94 ? "succeeded" : b < 0.97 ? "warned" : "failed";
    const told = status === "failed" ? { exitCode: 1, reason: "cannot receive: destination is busy" } : { exitCode: 0 };
    const sizes = { bytes: Math.round(BYTES * (0.6 + a)), files: 800 + Math.round(300 * b) };
    return { id: id(seed, i), seq: i + 1, status, startedAt, finishedAt, receivedAt: finishedAt, ...told, ...sizes };
  });
}

function id(seed: number, i: number): string {
  return `00000000-0000-4000-8000-${String(seed).padStart(6, "0")}${String(i).padStart(6, "0")}`;
}

/** Watches of a site with that many jobs, as a sweep at `now` leaves them. */
export function largeWatches(jobs: number, now = NOW): readonly Watch[] {
  const planned = now - 200 * DAY;
  const hosts = Array.from({ length: Math.ceil(jobs / JOBS_PER_HOST) }, (_, i) => i);
  const plans = hosts.map((i) => ({
    host: `host${i}`,
    plan: planOf(i, Math.min(JOBS_PER_HOST, jobs - i * JOBS_PER_HOST)),
    plannedAt: planned,
  }));
  const replanned = replan("home", plans, [], planned);
  if (!("put" in replanned)) throw new Error(replanned.join("; "));
  const watches = replanned.put.map((watch, i): Watch => ({ ...watch, facts: factsOf(watch, i, now) }));
  return judgeSite("home", watches, [], now).after;
}

/** The last three o'clock whose runs are over. */
function lastNight(now: number): number {
  return Math.floor((now - 4 * HOUR) / DAY) * DAY + 3 * HOUR;
}

function factsOf({ spec }: Watch, i: number, now: number): Facts {
  const last = lastNight(now);
  switch (spec.kind) {
    case "host":
      return { kind: "host", heardAt: now - 100_000, seqs: [[1, 90]], clockOffset: null };
    case "job": {
      const none: JobFacts = {
        kind: "job",
        good: null,
        bad: null,
        skipped: null,
        runs: [],
        readings: null,
        unusual: null,
      };
      return nightlyRuns(i, RUNS, last).reduce((facts, run) => mergeRun(facts, run), none);
    }
    case "copy":
      return {
        kind: "copy",
        good: { recoveryAt: last, seenAt: last + HOUR, host: "host0", marker: `m-${i}`, sampled: 20, matched: 20 },
        bad: null,
        depth: [{ at: last, versions: 41, oldestAt: last - 90 * DAY, newestAt: last }],
      };
  }
}

export function large(jobs: number): Summary {
  return summarize({
    now: NOW,
    lastSweepAt: NOW - 12_000,
    faults: [],
    blinds: [],
    deadLetters: [],
    confirmations: [],
    acts: [],
    watches: largeWatches(jobs).map(shownWatch),
    incidents: [],
  });
}
