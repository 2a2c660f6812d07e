/** When jobs are expected to run in the weeks to come: what a calendar shows. */
import { nextSlot } from "./schedule.ts";
import type { JobFacts, JobSpec, Watch } from "./watch.ts";

const DAY_MS = 86_400_000;
/** As far ahead as anybody plans a journey. */
const AHEAD_MS = 21 * DAY_MS;
/** The run of today is still shown in the evening. */
const BACK_MS = DAY_MS;
/** Each slot is worked out in its zone, which is dear, and a request has little CPU time: with more jobs, fewer runs of each. */
const RUNS_MAX = 150;
/** Of more jobs than this a calendar is no help. Two slots of each are worked out to know whether it runs often. */
const JOBS_MAX = 50;
/** Jobs that run more often than this fill a calendar and say nothing. */
const APART_MIN_MS = 6 * 3_600_000;

export interface ExpectedRun {
  readonly site: string;
  readonly job: Pick<JobSpec, "host" | "job" | "from" | "to" | "tier" | "datasets">;
  readonly at: number;
  /** As long as the last good run took; null when none ended yet. */
  readonly tookMs: number | null;
  /** Of this run among those of its job: the same for as long as it is expected. */
  readonly slot: string;
  /** When a plan last asked for something else of the job. */
  readonly plannedAt: number;
}

export interface Expected {
  /** The earliest first. */
  readonly runs: readonly ExpectedRun[];
  /** Jobs that run too often to be shown, as `job on host`. */
  readonly often: readonly { readonly host: string; readonly job: string }[];
  /** How many jobs there are beside these. */
  readonly more: number;
}

export function expectedRuns(watches: readonly Watch[], now: number): Expected {
  const all = watches.flatMap(({ site, spec, facts, status }) =>
    spec.kind === "job" && facts.kind === "job" && status !== "paused" ? [{ site, spec, facts }] : [],
  );
  const jobs = all.slice(0, JOBS_MAX);
  const { often = [], seldom = [] } = Object.groupBy(jobs, (job) => (isOften(job) ? "often" : "seldom"));
  const each = Math.floor(RUNS_MAX / Math.max(1, seldom.length));
  const runs = seldom.flatMap((job) => runsOf(job, now, Math.max(1, each))).sort((a, b) => a.at - b.at);
  return { runs, often: often.map(({ spec: { host, job } }) => ({ host, job })), more: all.length - jobs.length };
}

interface Job {
  readonly site: string;
  readonly spec: JobSpec;
  readonly facts: JobFacts;
}

function isOften({ spec: { schedule, plannedAt } }: Job): boolean {
  if ("everySeconds" in schedule) return schedule.everySeconds * 1000 < APART_MIN_MS;
  const first = nextSlot(schedule, plannedAt, false);
  const second = first === null ? null : nextSlot(schedule, first, false);
  return first !== null && second !== null && second - first < APART_MIN_MS;
}

function runsOf({ site, spec, facts }: Job, now: number, most: number): ExpectedRun[] {
  const { schedule, editedAt, plannedAt } = spec;
  const every = "everySeconds" in schedule ? schedule.everySeconds * 1000 : null;
  const tookMs = facts.good === null ? null : facts.good.finishedAt - facts.good.startedAt;
  const runs: ExpectedRun[] = [];
  let after = every === null ? now - BACK_MS : firstBefore(facts.good?.startedAt ?? plannedAt, every, now - BACK_MS);
  while (runs.length < most) {
    const at = nextSlot(schedule, after, false);
    if (at === null || at > now + AHEAD_MS) break;
    // An interval begins anew with each run: the number of the interval stays when its begin moves a little.
    const slot = every === null ? new Date(at).toISOString() : String(Math.round(at / every));
    runs.push({ site, job: spec, at, tookMs, slot, plannedAt: editedAt ?? plannedAt });
    after = at;
  }
  return runs;
}

/** The last of the instants `from`, `from + every`, … that is not after `before`, or `from`. */
function firstBefore(from: number, every: number, before: number): number {
  return from + Math.max(0, Math.floor((before - from) / every)) * every;
}
