/**
 * What a heartbeat changes: facts only. The status of a watch is the sweep's to change; when a heartbeat would change it,
 * the watch is made due at once, so that the next sweep judges it with the whole site in view.
 */
import type { Birth, Heartbeat, Run, Sighting } from "../../protocol/heartbeat.ts";
import { definedOnly } from "./defined.ts";
import { type DepthLook, mergeDepth } from "./depth.ts";
import { addMark, mergeHost, mergeProof, mergeReadings, mergeRun } from "./merge.ts";
import { ownStatus } from "./own.ts";
import { applySighting } from "./proof.ts";
import { withUnusual } from "./unusual.ts";
import {
  copyKey,
  type Facts,
  hostKey,
  type JobFacts,
  jobKey,
  type RunFact,
  type RunMark,
  type Watch,
} from "./watch.ts";

export interface Arrival {
  readonly site: string;
  readonly host: string;
  readonly heartbeat: Heartbeat;
  /** When the host signed, by the server's clock as far as the pusher knows it. */
  readonly createdAt: number;
  /** The server's clock. */
  readonly now: number;
}

/** A marker row, as birth or as sighting. */
export interface MarkerRow {
  readonly marker: string;
  readonly tier: string;
  readonly dataset: string;
  readonly host: string;
  readonly bornAt: number | null;
  readonly sighting: Sighting | null;
  readonly seenAt: number | null;
}

/** A signature tells whole seconds: what happened within its second happened before it. */
const SIGNED_SECOND_MS = 999;

/** An instant of the host as one of the server: its known offset taken off, and never later than the signature. */
export function serverTime(arrival: Arrival, instant: string): number {
  const offset = (arrival.heartbeat.clockOffsetSeconds ?? 0) * 1000;
  return Math.min(Date.parse(instant) - offset, arrival.createdAt + SIGNED_SECOND_MS);
}

/** Every marker row that the heartbeat tells of. */
export function markerRows(arrival: Arrival): MarkerRow[] {
  const { heartbeat, host } = arrival;
  const births = heartbeat.runs.flatMap((run) => run.born ?? []);
  const sightings = [...(heartbeat.seen ?? []), ...heartbeat.runs.flatMap((run) => run.seen ?? [])];
  const born = births.map((birth: Birth): MarkerRow => {
    const { marker, tier, dataset } = birth;
    return { marker, tier, dataset, host, bornAt: serverTime(arrival, birth.at), sighting: null, seenAt: null };
  });
  const seen = sightings.map((sighting): MarkerRow => {
    const { marker, tier, dataset } = sighting;
    return { marker, tier, dataset, host, bornAt: null, sighting, seenAt: serverTime(arrival, sighting.at) };
  });
  return [...born, ...seen];
}

/** Keys of the watches that the heartbeat itself names. */
export function namedWatches(arrival: Arrival): string[] {
  const { heartbeat, host } = arrival;
  const sighted = markerRows(arrival).flatMap(({ bornAt, dataset, tier }) =>
    bornAt === null ? [copyKey(dataset, tier)] : [],
  );
  const deep = heartbeat.runs.flatMap((run) => run.depths ?? []).map(({ dataset, tier }) => copyKey(dataset, tier));
  return [...new Set([hostKey(host), ...heartbeat.runs.map((run) => jobKey(host, run.job)), ...sighted, ...deep])];
}

/** Keys of further copies it touches: those an unproven job claims, and those whose sighting came before the birth. */
export function touchedCopies(arrival: Arrival, watches: readonly Watch[], known: readonly MarkerRow[]): string[] {
  const early = births(markerRows(arrival)).flatMap((birth) =>
    known
      .filter(({ marker, sighting }) => marker === birth.marker && sighting !== null)
      .map((row) => copyKey(row.dataset, row.tier)),
  );
  const claimed = watches.flatMap(({ spec }) =>
    spec.kind === "job" && spec.proof === "run" && spec.to !== undefined
      ? spec.datasets.map((dataset) => copyKey(dataset, spec.to ?? ""))
      : [],
  );
  return [...new Set([...early, ...claimed])];
}

function births(rows: readonly MarkerRow[]): (MarkerRow & { bornAt: number })[] {
  return rows.flatMap((row) => (row.bornAt === null ? [] : [{ ...row, bornAt: row.bornAt }]));
}

/** The watches that change by this heartbeat, with new facts and deadlines. `known` are the stored rows of its markers. */
export function absorb(arrival: Arrival, watches: readonly Watch[], known: readonly MarkerRow[]): Watch[] {
  const rows = [...known, ...markerRows(arrival)];
  return watches.flatMap((watch) => {
    const facts = grow(arrival, watch, watches, rows);
    return JSON.stringify(facts) === JSON.stringify(watch.facts)
      ? []
      : [withDeadline({ ...watch, facts }, arrival.now)];
  });
}

function grow(arrival: Arrival, watch: Watch, all: readonly Watch[], rows: readonly MarkerRow[]): Facts {
  const { spec, facts } = watch;
  const { heartbeat, host } = arrival;
  if (facts.kind === "host") {
    const seqs = heartbeat.runs.map(({ seq }) => seq);
    return mergeHost(facts, {
      heardAt: arrival.createdAt,
      seqs,
      clockOffsetSeconds: heartbeat.clockOffsetSeconds ?? 0,
    });
  }
  if (facts.kind === "job" && spec.kind === "job") {
    const runs = heartbeat.runs.filter(({ job }) => job === spec.job);
    if (runs.length === 0) return facts;
    return withUnusual(
      spec,
      runs.reduce((grown, run) => addRun(arrival, grown, run), facts),
    );
  }
  if (facts.kind !== "copy" || spec.kind !== "copy") return facts;
  const deep = depthsOf(arrival, spec.dataset, spec.tier).reduce(
    (looks, depth) => mergeDepth(looks, depth),
    facts.depth,
  );
  const seen = rows.filter(({ dataset, tier, sighting }) => sighting && dataset === spec.dataset && tier === spec.tier);
  const proven = seen.reduce(
    (grown, row) => {
      const birth = births(rows).find(({ marker, dataset }) => marker === row.marker && dataset === spec.dataset);
      if (birth === undefined || row.sighting === null) return grown;
      return applySighting(grown, { host: row.host, seenAt: row.seenAt ?? 0, sighting: row.sighting }, birth.bornAt);
    },
    { ...facts, depth: deep },
  );
  if (spec.proof === "marker") return proven;
  const claims = all.flatMap(({ spec: of }) =>
    of.kind === "job" && of.host === host && of.to === spec.tier ? [of.job] : [],
  );
  return heartbeat.runs
    .filter(({ job, status }) => claims.includes(job) && status === "succeeded")
    .reduce((grown, run) => {
      const recoveryAt = serverTime(arrival, run.startedAt);
      const seenAt = serverTime(arrival, run.finishedAt ?? run.startedAt);
      return mergeProof(grown, { recoveryAt, seenAt, host, marker: null, sampled: 0, matched: 0 });
    }, proven);
}

/** What the heartbeat says of how far back a copy reaches. */
function depthsOf(arrival: Arrival, dataset: string, tier: string): DepthLook[] {
  return arrival.heartbeat.runs
    .flatMap((run) => run.depths ?? [])
    .filter((depth) => depth.dataset === dataset && depth.tier === tier)
    .map(({ at, versions, oldestAt, newestAt }) => ({
      at: serverTime(arrival, at),
      versions,
      oldestAt: oldestAt === undefined ? null : serverTime(arrival, oldestAt),
      newestAt: newestAt === undefined ? null : serverTime(arrival, newestAt),
    }));
}

function addRun(arrival: Arrival, facts: JobFacts, run: Run): JobFacts {
  const mark = runMark(arrival, run);
  if (mark.finishedAt === null) return { ...facts, runs: addMark(facts.runs, mark) };
  const grown = mergeRun(facts, runFact(arrival, run, mark.startedAt, mark.finishedAt), mark);
  // A run that failed may have read nothing for that reason; one that succeeded read all there is.
  const list = run.readings ?? (run.status === "succeeded" || run.status === "warned" ? [] : undefined);
  return list === undefined ? grown : mergeReadings(grown, { at: mark.finishedAt, run: run.id, list });
}

function runMark(arrival: Arrival, run: Run): RunMark {
  const { id, status, progressAt, bytes, files, deletions } = run;
  return {
    id,
    status,
    startedAt: serverTime(arrival, run.startedAt),
    finishedAt: run.finishedAt === undefined ? null : serverTime(arrival, run.finishedAt),
    ...(progressAt === undefined ? {} : { progressAt: serverTime(arrival, progressAt) }),
    ...definedOnly({ bytes, files, deletions }),
  };
}

function runFact(arrival: Arrival, run: Run, startedAt: number, finishedAt: number): RunFact {
  const { exitCode, signal, reason, bytes, files } = run;
  return {
    id: run.id,
    seq: run.seq,
    status: run.status,
    startedAt,
    finishedAt,
    receivedAt: arrival.now,
    ...definedOnly({ exitCode, signal, reason, bytes, files }),
  };
}

/** An `ok` watch that stays ok only moves its deadline; everything else is for the sweep to judge, at once. */
function withDeadline(watch: Watch, now: number): Watch {
  const own = ownStatus(watch, now);
  const calm = watch.status === "ok" && own.status === "ok" && watch.incidentId === null && watch.heldUntil === null;
  return { ...watch, dueAt: calm ? own.dueAt : now };
}
