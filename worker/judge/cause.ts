/**
 * The root cause speaks, dependants are blocked. For a watch that is bad on its own account: which subject is the root of
 * it, or until when has one to wait to know? Roots are named `site:…`, `host:…`, and a hop by its job (`job:…`), or by the
 * copy where several jobs feed it.
 */
import { hostDeadline } from "./own.ts";
import { hopOf, hostSpecs, isMissed, isSilent, provenAt, type SiteView } from "./site.ts";
import { type CopySpec, copyKey, hostKey, jobKey, siteKey, type Watch } from "./watch.ts";

export type Cause = { readonly root: string; readonly wait: null } | { readonly root: null; readonly wait: Wait };

/** Known at the latest at `untilAt`; worth another look at `dueAt`. */
interface Wait {
  readonly by: string;
  readonly untilAt: number;
  readonly dueAt: number;
}

/** A beat that is sent when it is due is heard by then. */
const BEAT_ARRIVES_MS = 60_000;

const rooted = (root: string): Cause => ({ root, wait: null });
const waiting = (by: string, untilAt: number, dueAt = untilAt): Cause => ({ root: null, wait: { by, untilAt, dueAt } });

/** The cause of a bad watch, as far as it can be known at `view.now`. */
export function causeOf(view: SiteView, watch: Watch): Cause {
  const { spec } = watch;
  switch (spec.kind) {
    case "host":
      return hostCause(view, spec.host);
    case "job":
      return toldAsBad(view, watch) ?? silenceOf(view, [spec.host]) ?? rooted(jobKey(spec.host, spec.job));
    case "copy": {
      const told = toldAsBad(view, watch);
      if (told !== null) return told;
      const stuck = stuckAt(view, watch, spec);
      return silenceOf(view, hostsOfHop(view, stuck)) ?? rooted(hopOf(stuck));
    }
  }
}

/** A failed run or a file that differs was seen: that is no consequence of any silence, and no silence may hide it. */
function toldAsBad(view: SiteView, watch: Watch): Cause | null {
  return view.own.get(watch.key)?.status === "failed" ? rooted(ownRoot(watch)) : null;
}

/** The hop or host that a watch itself belongs to: what its root is when nothing before it is broken. */
export function ownRoot(watch: Watch): string {
  return watch.spec.kind === "copy" ? hopOf(watch.spec) : watch.key;
}

/** Whether data still stands where it did when a copy came to hang on the hop `root`. */
export function hangsOnHop(view: SiteView, watch: Watch, root: string): boolean {
  return watch.spec.kind === "copy" && hopOf(stuckAt(view, watch, watch.spec)) === root;
}

/** The copy before which the data stopped that a copy waits for. */
function stuckAt(view: SiteView, watch: Watch, spec: CopySpec): CopySpec {
  return firstStuck(view, spec, heldAt(watch), []) ?? spec;
}

/** How new the data is that the copy ran out of its window with: the same at every later look. */
function heldAt({ spec, facts }: Watch): number {
  return (facts.kind === "copy" ? facts.good?.recoveryAt : null) ?? spec.plannedAt;
}

/** The copy nearest to the birth tier that holds nothing newer than `heldAt`: there the data stopped moving. */
function firstStuck(view: SiteView, spec: CopySpec, heldAt: number, path: readonly string[]): CopySpec | null {
  if (path.includes(spec.tier)) return null;
  const before = spec.feeds.map(({ from }) => upstream(view, spec, from));
  const stuck = before.map((copy) => copy && firstStuck(view, copy, heldAt, [...path, spec.tier]));
  const someFresh = stuck.some((copy) => copy === null);
  if (!someFresh && stuck[0]) return stuck[0];
  return provenAt(view, spec) <= heldAt ? spec : null;
}

/** The copy a feed takes from; null when it takes from the tier the dataset is born in. */
function upstream(view: SiteView, spec: CopySpec, from: string): CopySpec | null {
  const found = view.watches.get(copyKey(spec.dataset, from))?.spec;
  return found?.kind === "copy" ? found : null;
}

/** Hosts without which a hop cannot be seen to work: those that carry, and the one that sees what arrived. */
function hostsOfHop(view: SiteView, spec: CopySpec): string[] {
  const key = copyKey(spec.dataset, spec.tier);
  const facts = view.watches.get(key)?.facts;
  const seenBy = facts?.kind === "copy" && facts.good !== null ? [facts.good.host] : readersOf(view, spec);
  return [...new Set([...spec.feeds.map(({ host }) => host), ...seenBy])];
}

function readersOf(view: SiteView, spec: CopySpec): string[] {
  return [...view.watches.values()].flatMap((watch) => {
    const of = watch.spec;
    return of.kind === "job" && of.from === spec.tier && of.datasets.includes(spec.dataset) ? [of.host] : [];
  });
}

/** If one of these hosts is silent that is the cause; if one is overdue its verdict is awaited; else null. */
function silenceOf(view: SiteView, hosts: readonly string[]): Cause | null {
  const missed = hosts.find((host) => isMissed(view, hostKey(host)));
  if (missed !== undefined) return hostCause(view, missed);
  for (const host of hosts) {
    const own = view.own.get(hostKey(host));
    const undecided = own?.status === "late" || own?.status === "pending";
    if (undecided && own.missedAt !== null) return waiting(hostKey(host), own.missedAt);
  }
  return null;
}

/**
 * A silent host's cause: the site, if all of its hosts are silent. While another host may have fallen silent at the same
 * time and its deadline is still to come, one waits for it: a power cut must be one alert, not one and then another.
 */
function hostCause(view: SiteView, host: string): Cause {
  if (isSilent(view)) return rooted(siteKey(view.site));
  const heldUntil = view.watches.get(hostKey(host))?.heldUntil ?? null;
  if (heldUntil !== null && heldUntil > view.now) return waiting(hostKey(host), heldUntil);
  const mine = deadline(view, host);
  if (mine === null) return rooted(hostKey(host));
  const patience = mine.missedAt + (mine.missedAt - (mine.lastAt ?? mine.dueAt));
  const peers = hostSpecs(view).filter((peer) => peer.host !== host && !isMissed(view, hostKey(peer.host)));
  const undecided = peers.map((peer) => deadline(view, peer.host)).filter((peer) => peer !== null);
  // A peer heard of when this host was due, or since, proves that the site lives, whatever the peer does later. Hosts with
  // good clocks beat in the same second.
  if (undecided.some((peer) => peer.lastAt !== null && peer.lastAt >= mine.dueAt)) return rooted(hostKey(host));
  const decidedAt = Math.min(patience, Math.max(...undecided.map(({ missedAt }) => missedAt)));
  // When nobody looked then, the peer gets the time that every deadline of a blind interval gets: it may be well.
  const untilAt = view.unseenUntil(decidedAt) ?? decidedAt;
  if (view.now >= untilAt) return rooted(hostKey(host));
  const beats = undecided.map((peer) => peer.dueAt + BEAT_ARRIVES_MS).filter((at) => at > view.now);
  return waiting(siteKey(view.site), untilAt, Math.min(untilAt, ...beats));
}

function deadline(view: SiteView, host: string) {
  const watch = view.watches.get(hostKey(host));
  if (watch?.spec.kind !== "host" || watch.facts.kind !== "host") return null;
  return hostDeadline(watch.spec, watch.facts);
}

/** True when the subject an incident is rooted in is itself still bad. */
export function rootHolds(view: SiteView, root: string): boolean {
  if (root === siteKey(view.site)) return isSilent(view);
  if (root.startsWith("host:")) return isMissed(view, root) && !isSilent(view);
  return true;
}
