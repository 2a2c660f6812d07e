/**
 * From a pool's health to readings. Pure: the time is an argument. What is bad as such has its verdict here; how full or how
 * long without a scrub is too much, the plan's `thresholds` say, or the worker's own levels.
 */
import type { Reading, Verdict } from "../../protocol/heartbeat.ts";
import { disksOf, isExposed, type PoolHealth, type Scan, type Vdev } from "./zfs-pool.ts";

export interface Space {
  readonly capacityPercent: number | null;
  readonly fragmentationPercent: number | null;
}

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** When the age of the last scrub is hidden, no level can judge it: Debian and TrueNAS scrub monthly. */
const UNKNOWN_MAX_MS = 35 * DAY_MS;
/** So far ahead a date is no lie yet: the text of a status has no zone, and an autumn night has one hour twice. */
const AHEAD_MAX_MS = HOUR_MS;
const FINE_STATES = ["ONLINE", "AVAIL", "INUSE"];

/** Every reading of a pool, in the order in which a person wants them. */
export function judgePool(health: PoolHealth, space: Space, now: number): Reading[] {
  return [
    stateReading(health),
    errorReading(health),
    scrubReading(health, now),
    ...capacityReading(health.pool, space),
    ...fragmentationReading(health.pool, space),
  ];
}

/** The reading of a pool that is not there: not imported after a boot, or destroyed, or named wrongly. */
export function missingReading(pool: string, text: string): Reading {
  return { name: `pool.${pool}.state`, value: "MISSING", verdict: "critical", text };
}

function stateReading(health: PoolHealth): Reading {
  const { pool, suspended } = health;
  const state = suspended ? "SUSPENDED" : health.state;
  const bad = disksOf([...health.data, ...health.aside]).filter(({ state: of }) => !FINE_STATES.includes(of));
  const disks = bad.map(({ name, state: of }) => `${shortName(name)} is ${of}`).join(", ");
  const exposed = state === "DEGRADED" && isExposed(health.data);
  const why = suspended
    ? "; its I/O is suspended, nothing can be read or written"
    : exposed
      ? "; no redundancy is left, one more lost disk takes data with it"
      : "";
  // The disks may be many: what follows them must not be cut off.
  const told = `pool ${pool} is ${state}${disks === "" ? "" : `: ${disks}`}`.slice(0, 800);
  const verdict = exposed ? "critical" : stateVerdict(state, bad);
  return { name: `pool.${pool}.state`, value: state, verdict, text: `${told}${why}` };
}

function stateVerdict(state: string, bad: readonly Vdev[]): Verdict {
  if (state === "ONLINE") return bad.length === 0 ? "ok" : "warning";
  return state === "DEGRADED" ? "warning" : "critical";
}

/** The last part of a path: what is printed on the disk's label, usually. */
function shortName(name: string): string {
  return name.slice(name.lastIndexOf("/") + 1);
}

function errorReading({ pool, data, aside, dataErrors }: PoolHealth): Reading {
  const name = `pool.${pool}.errors`;
  if (dataErrors > 0) {
    const text = `pool ${pool} has ${plural(dataErrors, "permanent data error")}: \`zpool status -v ${pool}\` names the files`;
    return { name, value: dataErrors, verdict: "critical", text };
  }
  const counted = disksOf([...data, ...aside]).flatMap(counters);
  if (counted.length === 0) return { name, value: 0, verdict: "ok", text: `pool ${pool} counts no errors` };
  const total = counted.reduce((sum, { count }) => sum + count, 0);
  const told = counted.map(({ disk, count, kind }) => `${disk} has ${plural(count, `${kind} error`)}`).join(", ");
  return { name, value: total, verdict: "warning", text: `pool ${pool}: ${told}`.slice(0, 900) };
}

function plural(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? "" : "s"}`;
}

function counters({ name, readErrors, writeErrors, checksumErrors }: Vdev) {
  const kinds = [
    { kind: "read", count: readErrors },
    { kind: "write", count: writeErrors },
    { kind: "checksum", count: checksumErrors },
  ];
  return kinds.filter(({ count }) => count > 0).map((counted) => ({ disk: shortName(name), ...counted }));
}

function scrubReading({ pool, scan }: PoolHealth, now: number): Reading {
  const name = `pool.${pool}.scrub_age`;
  if (scan === null) return { name, value: "never", verdict: "warning", text: `pool ${pool} was never scrubbed` };
  const { kind, state, endedAt } = scan;
  if (state === "running") return { name, value: "running", verdict: "ok", text: `pool ${pool}: a ${kind} runs` };
  if (state === "paused" || endedAt === null) {
    return { name, value: state, verdict: "warning", text: `pool ${pool}: its last ${kind} is ${state}` };
  }
  if (endedAt - now > AHEAD_MAX_MS) {
    const text = `pool ${pool}: its last ${kind} ended in the future; is the clock of this machine right?`;
    return { name, value: "future", verdict: "warning", text };
  }
  return ageReading(pool, { kind, state, endedAt }, now);
}

/** Only a scrub reads everything: what came after it hides how long ago that was, and is told as what it is. */
function ageReading(pool: string, scan: Omit<Scan, "donePercent"> & { endedAt: number }, now: number): Reading {
  const age = Math.max(0, now - scan.endedAt);
  const days = Math.floor(age / DAY_MS);
  const hides = scan.kind !== "scrub";
  const old = hides && age > UNKNOWN_MAX_MS;
  const unknown = hides ? `; when it was last scrubbed is not known, \`zpool scrub ${pool}\` makes sure` : "";
  return {
    name: `pool.${pool}.scrub_age`,
    ...(hides ? { value: "unknown" } : { value: days, unit: "days" }),
    verdict: old || scan.state === "canceled" ? "warning" : "ok",
    text: `pool ${pool}: last ${scan.kind} ${scan.state} ${days} days ago${unknown}`,
  };
}

function capacityReading(pool: string, { capacityPercent: value }: Space): Reading[] {
  if (value === null) return [];
  return [{ name: `pool.${pool}.capacity`, value, unit: "%", verdict: "ok", text: `pool ${pool} is ${value} % full` }];
}

function fragmentationReading(pool: string, { fragmentationPercent: value }: Space): Reading[] {
  if (value === null) return [];
  const text = `pool ${pool} is ${value} % fragmented`;
  return [{ name: `pool.${pool}.fragmentation`, value, unit: "%", verdict: "ok", text }];
}

/** How old the newest snapshot of a dataset is; `newestAt` null means that it has none. */
export function judgeSnapshot(dataset: string, newestAt: number | null, maxAgeSeconds: number, now: number): Reading {
  const name = `dataset.${dataset}.newest_snapshot`;
  if (newestAt === null) return { name, value: "none", verdict: "critical", text: `${dataset} has no snapshot at all` };
  if (newestAt - now > AHEAD_MAX_MS) {
    const text = `${dataset}: newest snapshot is from the future; is the clock of this machine right?`;
    return { name, value: "future", verdict: "warning", text };
  }
  const hours = Math.max(0, Math.floor((now - newestAt) / HOUR_MS));
  const old = now - newestAt > maxAgeSeconds * 1000;
  const allowed = Math.floor(maxAgeSeconds / 3600);
  const text = `${dataset}: newest snapshot is ${hours} h old${old ? `, more than the ${allowed} h allowed` : ""}`;
  return { name, value: hours, unit: "h", verdict: old ? "critical" : "ok", text };
}
