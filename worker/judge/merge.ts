/**
 * How facts grow. Every function here is commutative, associative and idempotent: whatever order heartbeats come in and
 * however often, the facts end the same. Nothing here looks at the clock.
 */
import type { CopyFacts, HostFacts, JobFacts, Mismatch, Proof, Readings, RunFact, RunMark } from "./watch.ts";

/** Holes further than this below the highest run number are forgotten: by number, so that order leaves no trace. */
const SEQ_SPAN = 512;

function later(a: number | null, b: number | null): number | null {
  if (a === null || b === null) return a ?? b;
  return Math.max(a, b);
}

export interface HostNews {
  readonly heardAt: number;
  readonly seqs: readonly number[];
  readonly clockOffsetSeconds: number;
}

export function mergeHost(facts: HostFacts, news: HostNews): HostFacts {
  const offset = { seconds: news.clockOffsetSeconds, at: news.heardAt };
  return {
    kind: "host",
    heardAt: later(facts.heardAt, news.heardAt),
    seqs: news.seqs.reduce(addSeq, facts.seqs),
    clockOffset: newestOffset(facts.clockOffset, offset),
  };
}

type Offset = NonNullable<HostFacts["clockOffset"]>;

function newestOffset(known: Offset | null, news: Offset): Offset {
  if (known === null) return news;
  return (known.at - news.at || known.seconds - news.seconds) > 0 ? known : news;
}

type Ranges = HostFacts["seqs"];

/** The ranges with one number more; touching ranges become one, and what lies too far back shrinks to one number. */
export function addSeq(ranges: Ranges, seq: number): Ranges {
  const floor = Math.max(seq, ranges.at(-1)?.[1] ?? seq) - SEQ_SPAN;
  const rising = [...ranges, [seq, seq] satisfies Ranges[number]].sort((a, b) => a[0] - b[0]);
  const joined: Ranges = [];
  for (const range of rising) {
    const [low, high] = [Math.max(range[0], floor), Math.max(range[1], floor)];
    const last = joined.at(-1);
    if (last !== undefined && low <= last[1] + 1) joined[joined.length - 1] = [last[0], Math.max(last[1], high)];
    else joined.push([low, high]);
  }
  return joined;
}

/** Numbers of runs that never arrived, between the first and the last that did; at most `limit` of them. */
export function missingSeqs(ranges: Ranges, limit: number): number[] {
  const missing: number[] = [];
  for (let i = 1; i < ranges.length; i++) {
    const before = ranges[i - 1]?.[1] ?? 0;
    const next = ranges[i]?.[0] ?? 0;
    for (let seq = before + 1; seq < next && missing.length < limit; seq++) missing.push(seq);
  }
  return missing;
}

/** A finished run joins the facts of its job. Its mark is kept beside those of the others (`addMark`). */
export function mergeRun(facts: JobFacts, run: RunFact, mark: RunMark = markOf(run)): JobFacts {
  const grown = { ...facts, runs: addMark(facts.runs, mark) };
  if (run.status === "skipped") return { ...grown, skipped: latest(facts.skipped, run) };
  const isBad = run.status === "failed" || run.status === "timed_out";
  return isBad ? { ...grown, bad: latest(facts.bad, run) } : { ...grown, good: latest(facts.good, run) };
}

function markOf({ id, status, startedAt, finishedAt, bytes, files }: RunFact): RunMark {
  const sizes = { ...(bytes === undefined ? {} : { bytes }), ...(files === undefined ? {} : { files }) };
  return { id, status, startedAt, finishedAt, ...sizes };
}

/** The newest runs kept of a job: enough to know eight weeks of a nightly one. */
export const RUNS_MAX = 60;

/** A run joins the newest ones, or tells more of one that is there: its end, or that it moved. */
export function addMark(runs: readonly RunMark[], mark: RunMark): RunMark[] {
  const known = runs.find(({ id }) => id === mark.id);
  const joined = known === undefined ? mark : telling(known, mark);
  return [...runs.filter(({ id }) => id !== mark.id), joined].sort(order).slice(-RUNS_MAX);
}

/** Of two records of one run the end tells more than the start, a later sign of progress more than an earlier one. */
function telling(a: RunMark, b: RunMark): RunMark {
  const news = (run: RunMark) => [run.finishedAt === null ? 0 : 1, run.startedAt, run.progressAt ?? 0] as const;
  const [x, y] = [news(a), news(b)];
  const more = x[0] - y[0] || x[1] - y[1] || x[2] - y[2] || (JSON.stringify(a) > JSON.stringify(b) ? 1 : -1);
  return more > 0 ? a : b;
}

/** What a run read joins the facts of its job: the latest reading speaks for all that were made before. */
export function mergeReadings(facts: JobFacts, told: Readings): JobFacts {
  const known = facts.readings;
  const newer = known === null || (told.at - known.at || (told.run > known.run ? 1 : -1)) > 0;
  return newer ? { ...facts, readings: told } : facts;
}

function latest(known: RunFact | null, run: RunFact): RunFact {
  if (known === null) return run;
  if (known.id === run.id) return { ...known, receivedAt: Math.min(known.receivedAt, run.receivedAt) };
  return order(run, known) > 0 ? run : known;
}

/** Runs are ordered by their start; ids decide between two that started in the same millisecond. */
function order(a: { id: string; startedAt: number }, b: { id: string; startedAt: number }): number {
  return a.startedAt - b.startedAt || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0);
}

/** A proof joins the facts of its copy: the newest data wins, then the latest look at it. */
export function mergeProof(facts: CopyFacts, proof: Proof): CopyFacts {
  return { ...facts, good: facts.good === null || rank(proof, facts.good) > 0 ? proof : facts.good };
}

/** Total over distinct proofs, so that their order of arrival does not matter. */
function rank(a: Proof, b: Proof): number {
  const byTime = a.recoveryAt - b.recoveryAt || a.seenAt - b.seenAt || a.matched - b.matched;
  return byTime || (JSON.stringify(a) > JSON.stringify(b) ? 1 : -1);
}

export function mergeMismatch(facts: CopyFacts, found: Mismatch): CopyFacts {
  const known = facts.bad;
  const newer =
    known === null || found.at > known.at || (found.at === known.at && JSON.stringify(found) > JSON.stringify(known));
  return newer ? { ...facts, bad: found } : facts;
}
