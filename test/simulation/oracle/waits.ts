/**
 * How long the monitor may honestly wait before it speaks. A deadline is the start; what may push it on: a host that has
 * not spoken since (its silence decides), a blind interval (spools are being delivered), a cause that just recovered
 * (what hung on it gets its own next chance). Then the clocks have `NOTICE_WITHIN_MS` of being alive.
 */
import { slotAfter } from "./slots.ts";
import { reachedAt, valueAt } from "./steps.ts";
import { BEATS_TO_DELIVER, BLIND_MAYBE_AFTER_MS, NOTICE_WITHIN_MS, ROUNDING_MS, SECOND } from "./tolerances.ts";
import { type HostTruth, type JobTruth, siteKeyOf } from "./truth.ts";
import { hopsTo, hostsOf, rootsFor, type SiteView } from "./view.ts";
import { clockSlack } from "./wrong-clocks.ts";

/** Something that is wrong since `from` and has to be covered by an incident. */
export interface Harm {
  readonly key: string;
  readonly from: number;
  readonly until: number;
  /** Damage that was told: no silence explains it, no next chance excuses it, and only its own incident covers it. */
  readonly told: boolean;
}

/** More pushes than real waits can add up to; it only keeps a contradiction from looping. */
const PUSHES_MAX = 50;

/** The latest instant by which an incident has to cover a harm that is uncovered at `at`; Infinity when none has to. */
export function limitOf(view: SiteView, harm: Harm, at: number): number {
  let base = at + clockSlack(view, harm.key, harm.from, at);
  for (let push = 0; push < PUSHES_MAX; push++) {
    const pushed = waitedUntil(view, harm, base);
    const limit = view.clocks.aliveAfter(pushed, NOTICE_WITHIN_MS);
    // A reason to wait that begins before the limit counts as well.
    const again = limit < view.endAt ? waitedUntil(view, harm, limit) : limit;
    if (again <= limit) return limit;
    base = again;
  }
  return Number.POSITIVE_INFINITY;
}

function waitedUntil(view: SiteView, harm: Harm, at: number): number {
  if (harm.told) return betterNewsUntil(view, harm.key, at);
  const forHosts = harm.key.startsWith("host:")
    ? siteWait(view, known(view, harm.key), harm.from)
    : Math.max(at, ...hostsOf(view, harm.key).map((host) => hostWait(view, host, harm.from, at)));
  return Math.max(forHosts, deliveryWait(view, at), betterNewsUntil(view, harm.key, at), chanceWait(view, harm, at));
}

function known(view: SiteView, key: string): HostTruth {
  const host = view.hosts.find((candidate) => candidate.key === key);
  if (host === undefined) throw new Error(`${key} is no host of ${view.site}`);
  return host;
}

/**
 * A host of which nothing was heard since another fell silent may have gone with it: the verdict waits for that host's own
 * deadline, at most for twice the silent host's window.
 */
function siteWait(view: SiteView, host: HostTruth, deadlineAt: number): number {
  const windowMs = host.everyMs + host.graceMs;
  const lastAt = deadlineAt - windowMs;
  const others = view.hosts.filter((other) => other !== host);
  const deadlines = others.flatMap((other) => {
    const otherLastAt = valueAt(other.life, deadlineAt, view.startAt);
    return otherLastAt <= lastAt + host.everyMs + ROUNDING_MS ? [otherLastAt + other.everyMs + other.graceMs] : [];
  });
  return Math.max(deadlineAt, Math.min(lastAt + 2 * windowMs, Math.max(deadlineAt, ...deadlines)));
}

/**
 * A thing waits for its host while the host has said nothing since the thing's deadline, or is overdue: either it speaks
 * and the thing is judged by that, or it falls silent and its own incident covers the thing.
 */
function hostWait(view: SiteView, host: HostTruth, deadlineAt: number, at: number): number {
  const lastAt = valueAt(host.life, at, view.startAt);
  const silentAt = lastAt + host.everyMs + host.graceMs;
  if (at >= silentAt) {
    const heardAt = reachedAt(host.life, at - host.everyMs - host.graceMs + 1);
    const toldAt = Math.max(siteWait(view, host, silentAt), ownChance(view, host, lastAt, at));
    const covered = view.clocks.aliveAfter(toldAt, NOTICE_WITHIN_MS);
    // After a silence that no incident was made of, two beats bring what waited.
    return Math.min(covered, heardAt + BEATS_TO_DELIVER * host.everyMs + host.graceMs);
  }
  const overdue = lastAt + host.everyMs <= at;
  if (lastAt >= deadlineAt && !overdue) return at;
  const spokeAt = reachedAt(host.life, Math.max(deadlineAt, lastAt + 1));
  return Math.min(spokeAt, silentAt);
}

/** A host that is still silent when its site is heard again gets one window of its own. */
function ownChance(view: SiteView, host: HostTruth, lastAt: number, at: number): number {
  const ends = (view.incidentsByRoot.get(siteKeyOf(view.site)) ?? []).map(({ closedAt }) => closedAt ?? 0);
  const freedAt = Math.max(0, ...ends.filter((closedAt) => closedAt > lastAt && closedAt <= at));
  return freedAt + host.everyMs + host.graceMs;
}

/** After a blind interval every host of the site gets the time to deliver what waited. */
function deliveryWait(view: SiteView, at: number): number {
  const blind = view.clocks.stopBefore(at, BLIND_MAYBE_AFTER_MS);
  return blind === undefined ? at : Math.max(at, blind.until + timeToDeliver(view));
}

/** Longest that a host of the site takes to deliver what waited. */
export function timeToDeliver(view: SiteView): number {
  return Math.max(...view.hosts.map(({ everyMs, graceMs }) => BEATS_TO_DELIVER * everyMs + graceMs));
}

/** A host that is back may still have better news in its spool: until it had time to deliver even told damage may wait. */
function betterNewsUntil(view: SiteView, key: string, at: number): number {
  const others = [...rootsFor(view, key)].filter((root) => root !== key && /^(host|site):/.test(root));
  const ends = others.flatMap((root) => view.incidentsByRoot.get(root) ?? []).map(({ closedAt }) => closedAt);
  const recovered = ends.filter((closedAt) => closedAt !== null && closedAt <= at).map((closedAt) => closedAt ?? 0);
  return Math.max(at, ...recovered.map((closedAt) => closedAt + timeToDeliver(view)));
}

/** What hung on something that recovered gets until its own next chance to follow. */
function chanceWait(view: SiteView, harm: Harm, at: number): number {
  let recoveredAt = Number.NEGATIVE_INFINITY;
  for (const root of rootsFor(view, harm.key)) {
    if (root === harm.key) continue;
    for (const { closedAt } of view.incidentsByRoot.get(root) ?? []) {
      if (closedAt !== null && closedAt >= harm.from && closedAt <= at) recoveredAt = Math.max(recoveredAt, closedAt);
    }
  }
  return recoveredAt === Number.NEGATIVE_INFINITY ? at : Math.max(at, chanceAfter(view, harm.key, recoveredAt));
}

/** The end of the next chance after `at`: of a copy, hop after hop, since data has to come the whole way. */
function chanceAfter(view: SiteView, key: string, at: number): number {
  const job = view.jobs.get(key);
  if (job !== undefined) return jobChance(job, at);
  const copy = view.copies.get(key);
  if (copy === undefined) return at + timeToDeliver(view);
  let arrivesAt = at;
  for (const feeders of hopsTo(view.copies, copy).toReversed()) {
    arrivesAt = Math.max(...feeders.map((feeder) => jobChance(feeder, arrivesAt)));
  }
  return arrivesAt + timeToDeliver(view);
}

function jobChance({ job, slots, host }: JobTruth, at: number): number {
  const slot = "everySeconds" in job.schedule ? at + job.schedule.everySeconds * SECOND : slotAfter(slots ?? [], at);
  return slot + job.graceSeconds * SECOND + BEATS_TO_DELIVER * host.everyMs + host.graceMs;
}
