/**
 * A site for the judge alone, without a database: watches from real plans, facts that grow by the judge's own merges, and a
 * history of looks. Every function answers a new life; a test reads as a list of what happened.
 */
import type { Reading } from "../../protocol/heartbeat.ts";
import type { Plan } from "../../protocol/plan.ts";
import type { Schedule } from "../../protocol/schedule.ts";
import { type HostPlan, specsOf } from "../../worker/judge/chain.ts";
import type { Incident } from "../../worker/judge/incident.ts";
import { addMark, mergeHost, mergeMismatch, mergeProof, mergeReadings, mergeRun } from "../../worker/judge/merge.ts";
import { plannedWatch, replan } from "../../worker/judge/planned.ts";
import { type Alert, alertsOf } from "../../worker/judge/say.ts";
import { withUnusual } from "../../worker/judge/unusual.ts";
import { type Context, judgeSite, NO_CONTEXT, type Verdict } from "../../worker/judge/verdict.ts";
import { copyKey, type Facts, hostKey, jobKey, type RunFact, type Spec, type Watch } from "../../worker/judge/watch.ts";

export const HOUR = 3_600_000;
export const MINUTE = 60_000;
export const START = Date.parse("2026-11-23T02:00:00Z");
export const NAME = "home";

export interface Life {
  readonly watches: readonly Watch[];
  readonly open: readonly Incident[];
  /** Every incident ever opened, in order. */
  readonly opened: readonly Incident[];
  readonly said: readonly Alert[];
}

export function lifeOf(plans: readonly HostPlan[], now = START): Life {
  const watches = [...specsOf(plans)].map(([key, spec]) => plannedWatch(NAME, key, spec, now));
  return { watches, open: [], opened: [], said: [] };
}

export function verdictOf(life: Life, now: number, context: Context = NO_CONTEXT): Verdict {
  return judgeSite(NAME, life.watches, life.open, now, context);
}

/** One look at `now`, written down as the sweep would. */
export function look(life: Life, now: number, context: Context = NO_CONTEXT): Life {
  const verdict = verdictOf(life, now, context);
  const closed = new Set(verdict.closed.map(({ incident }) => incident.id));
  const updated = new Map(verdict.updated.map((incident) => [incident.id, incident]));
  const before = life.open.map((incident) => updated.get(incident.id) ?? incident);
  return {
    watches: verdict.after,
    open: [...before, ...verdict.opened].filter(({ id }) => !closed.has(id)),
    opened: [...life.opened, ...verdict.opened],
    said: [...life.said, ...alertsOf(verdict)],
  };
}

/** A look every `step` from `from` to `to`, both included. */
export function lookOften(life: Life, from: number, to: number, step = MINUTE): Life {
  let lived = life;
  for (let now = from; now <= to; now += step) lived = look(lived, now);
  return lived;
}

function grow(life: Life, key: string, change: (facts: Facts, spec: Spec) => Facts): Life {
  if (!life.watches.some((watch) => watch.key === key)) throw new Error(`no watch ${key}`);
  const watches = life.watches.map((watch) =>
    watch.key === key ? { ...watch, facts: change(watch.facts, watch.spec) } : watch,
  );
  return { ...life, watches };
}

export function heard(life: Life, host: string, at: number): Life {
  return grow(life, hostKey(host), (facts) =>
    facts.kind === "host" ? mergeHost(facts, { heardAt: at, seqs: [], clockOffsetSeconds: 0 }) : facts,
  );
}

export function runFact(startedAt: number, more: Partial<RunFact> = {}): RunFact {
  const finishedAt = startedAt + MINUTE;
  const id = `run-${startedAt}-${more.status ?? "succeeded"}`;
  return { id, seq: 1, status: "succeeded", startedAt, finishedAt, receivedAt: finishedAt, ...more };
}

/** A run of a job that took a minute. */
export function ran(life: Life, host: string, job: string, startedAt: number, more: Partial<RunFact> = {}): Life {
  return grow(life, jobKey(host, job), (facts, spec) =>
    facts.kind === "job" && spec.kind === "job" ? withUnusual(spec, mergeRun(facts, runFact(startedAt, more))) : facts,
  );
}

/** A run that began and whose end nobody told. */
export function began(life: Life, host: string, job: string, startedAt: number, progressAt?: number): Life {
  const moved = progressAt === undefined ? {} : { progressAt };
  const mark = { id: `run-${startedAt}`, status: "started" as const, startedAt, finishedAt: null, ...moved };
  return grow(life, jobKey(host, job), (facts) =>
    facts.kind === "job" ? { ...facts, runs: addMark(facts.runs, mark) } : facts,
  );
}

/** A successful run of a minute that read one thing. */
export function readIn(
  life: Life,
  host: string,
  job: string,
  startedAt: number,
  verdict: Reading["verdict"],
  text: string,
): Life {
  const run = runFact(startedAt, { status: verdict === "ok" ? "succeeded" : "warned" });
  const list = [{ name: "pool.archive.state", value: text, verdict, text }];
  return grow(life, jobKey(host, job), (facts) =>
    facts.kind === "job" ? mergeReadings(mergeRun(facts, run), { at: run.finishedAt, run: run.id, list }) : facts,
  );
}

/** Data of `recoveryAt` seen in a copy, by `host`. */
export function proved(life: Life, dataset: string, tier: string, recoveryAt: number, host: string): Life {
  const proof = { recoveryAt, seenAt: recoveryAt, host, marker: "m", sampled: 1, matched: 1 };
  return grow(life, copyKey(dataset, tier), (facts) => (facts.kind === "copy" ? mergeProof(facts, proof) : facts));
}

export function differs(life: Life, dataset: string, tier: string, at: number, host: string): Life {
  const found = { at, host, marker: "m", bornAt: 0, text: "1 of 20 sampled files differ from the source: a.txt" };
  return grow(life, copyKey(dataset, tier), (facts) => (facts.kind === "copy" ? mergeMismatch(facts, found) : facts));
}

export function watch(life: Life, key: string): Watch {
  const found = life.watches.find((candidate) => candidate.key === key);
  if (found === undefined) throw new Error(`no watch ${key}`);
  return found;
}

export function statuses(life: Life): Record<string, string> {
  return Object.fromEntries(life.watches.map(({ key, status }) => [key, status]));
}

export const roots = (incidents: readonly Incident[]) => incidents.map(({ root }) => root);
export const titles = (life: Life) => life.said.map(({ title }) => title);

export const beats = { everySeconds: 300, graceSeconds: 300 };
const daily: Schedule = { everySeconds: 86_400 };

export function carrying(name: string, from: string, to: string, windowHours: number, more: object = {}) {
  const windowSeconds = windowHours * 3600;
  const base = { name, kind: "command", schedule: daily, graceSeconds: 3600, proof: "marker" as const };
  return { ...base, from, to, datasets: ["apps"], windowSeconds, ...more };
}

const datasets = [{ name: "apps", born: "fast" }];

/** One dataset through three hops: two jobs on `nas`, the last on `vm`. Windows in hours; `more` is asked of every job. */
export function chainPlans(
  windows: { archive?: number; staging?: number; offsite?: number } = {},
  more: object = {},
): HostPlan[] {
  const { archive = 26, staging = 28, offsite = 30 } = windows;
  const jobs = [
    carrying("nightly", "fast", "archive", archive, more),
    carrying("sync", "archive", "staging", staging, more),
  ];
  const nas: Plan = { beat: beats, datasets, jobs };
  const vm: Plan = { beat: beats, datasets, jobs: [carrying("cloud", "staging", "offsite", offsite, more)] };
  return [
    { host: "nas", plan: nas, plannedAt: START },
    { host: "vm", plan: vm, plannedAt: START },
  ];
}

/** The chain after a night in which all went well at `at`: every job ran, every copy holds the data of `at`. */
export function wellAt(life: Life, at: number): Life {
  let lived = bothHeard(life, at);
  lived = ran(lived, "nas", "nightly", at);
  lived = ran(lived, "nas", "sync", at);
  lived = ran(lived, "vm", "cloud", at);
  for (const tier of ["archive", "staging"]) lived = proved(lived, "apps", tier, at, tier === "archive" ? "nas" : "vm");
  return look(proved(lived, "apps", "offsite", at, "vm"), at);
}

/** When a story of most tests begins: all of the chain went well. */
export const WELL = START + HOUR;

/** The chain at WELL; its windows in hours, and what is asked of every job, as for `chainPlans`. */
export function well(windows: Parameters<typeof chainPlans>[0] = {}, more: object = {}): Life {
  return wellAt(lifeOf(chainPlans(windows, more)), WELL);
}

/** A look at `now`, when the hosts have other plans. */
export function edited(life: Life, plans: readonly HostPlan[], now: number): Life {
  const change = replan(NAME, plans, life.watches, now);
  if (!("put" in change)) throw new Error(change.join("; "));
  return look({ ...life, watches: change.put }, now);
}

export function bothHeard(life: Life, at: number): Life {
  return heard(heard(life, "nas", at), "vm", at);
}

/** Time passes from `from` to `to` with both hosts heard and a look every `step`. */
export function aliveUntil(life: Life, from: number, to: number, step = 5 * MINUTE): Life {
  let lived = life;
  for (let at = from; at <= to; at += step) lived = look(bothHeard(lived, at), at);
  return lived;
}
