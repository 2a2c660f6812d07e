/** From a pool's health to readings with verdicts. Pure: thresholds and the time are arguments. */
import type { Reading, Verdict } from "../../protocol/heartbeat.ts";
import type { PoolHealth, Vdev } from "./zfs-pool.ts";

export interface Thresholds {
  readonly scrubMaxAgeSeconds: number;
  readonly capacityWarnPercent: number;
  readonly capacityCriticalPercent: number;
}

export interface Space {
  readonly capacityPercent: number | null;
  readonly fragmentationPercent: number | null;
}

const DAY_MS = 86_400_000;

/** Every reading of a pool, in the order in which a person wants them. */
export function judgePool(health: PoolHealth, space: Space, limits: Thresholds, now: number): Reading[] {
  return [
    stateReading(health),
    errorReading(health),
    scrubReading(health, limits, now),
    ...capacityReading(health.pool, space, limits),
    ...fragmentationReading(health.pool, space),
  ];
}

function stateReading(health: PoolHealth): Reading {
  const { pool, suspended } = health;
  const state = suspended ? "SUSPENDED" : health.state;
  const bad = health.vdevs.filter(({ isLeaf, state: of }) => isLeaf && of !== "ONLINE" && of !== "AVAIL");
  const disks = bad.map(({ name, state: of }) => `${shortName(name)} is ${of}`).join(", ");
  const why = suspended ? "; its I/O is suspended, nothing can be read or written" : "";
  const text = `pool ${pool} is ${state}${disks === "" ? "" : `: ${disks}`}${why}`;
  return { name: `pool.${pool}.state`, value: state, verdict: stateVerdict(state, bad), text: text.slice(0, 900) };
}

function stateVerdict(state: string, bad: readonly Vdev[]): Verdict {
  if (state === "ONLINE") return bad.length === 0 ? "ok" : "warning";
  return state === "DEGRADED" ? "warning" : "critical";
}

/** The last part of a path: what is printed on the disk's label, usually. */
function shortName(name: string): string {
  return name.slice(name.lastIndexOf("/") + 1);
}

function errorReading({ pool, vdevs, dataErrors }: PoolHealth): Reading {
  const name = `pool.${pool}.errors`;
  if (dataErrors > 0) {
    const text = `pool ${pool} has ${plural(dataErrors, "permanent data error")}: \`zpool status -v ${pool}\` names the files`;
    return { name, value: dataErrors, verdict: "critical", text };
  }
  const counted = vdevs.filter(({ isLeaf }) => isLeaf).flatMap(counters);
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

function scrubReading({ pool, scan }: PoolHealth, limits: Thresholds, now: number): Reading {
  const name = `pool.${pool}.scrub_age`;
  const unit = "days";
  if (scan === null) {
    return { name, value: "never", verdict: "warning", text: `pool ${pool} was never scrubbed` };
  }
  if (scan.state === "running")
    return { name, value: 0, unit, verdict: "ok", text: `pool ${pool}: a ${scan.kind} runs` };
  if (scan.state === "paused" || scan.endedAt === null) {
    return {
      name,
      value: scan.state,
      verdict: "warning",
      text: `pool ${pool}: its last ${scan.kind} is ${scan.state}`,
    };
  }
  const age = now - scan.endedAt;
  const days = Math.max(0, Math.floor(age / DAY_MS));
  const told = `pool ${pool}: last ${scan.kind} ${scan.state} ${days} days ago`;
  if (scan.state === "canceled") return { name, value: days, unit, verdict: "warning", text: told };
  const old = age > limits.scrubMaxAgeSeconds * 1000;
  const allowed = Math.floor((limits.scrubMaxAgeSeconds * 1000) / DAY_MS);
  const text = old ? `${told}, more than the ${allowed} allowed` : told;
  return { name, value: days, unit, verdict: old ? "warning" : "ok", text };
}

function capacityReading(pool: string, { capacityPercent: value }: Space, limits: Thresholds): Reading[] {
  if (value === null) return [];
  const { capacityWarnPercent: warn, capacityCriticalPercent: critical } = limits;
  const verdict = value >= critical ? "critical" : value >= warn ? "warning" : "ok";
  return [{ name: `pool.${pool}.capacity`, value, unit: "%", verdict, text: `pool ${pool} is ${value} % full` }];
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
  const hours = Math.max(0, Math.floor((now - newestAt) / 3_600_000));
  const old = now - newestAt > maxAgeSeconds * 1000;
  const allowed = Math.floor(maxAgeSeconds / 3600);
  const text = `${dataset}: newest snapshot is ${hours} h old${old ? `, more than the ${allowed} h allowed` : ""}`;
  return { name, value: hours, unit: "h", verdict: old ? "critical" : "ok", text };
}
