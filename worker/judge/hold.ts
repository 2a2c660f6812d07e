/**
 * Time to follow: what hung on something that recovered is not blamed before it had its own chance, and what hung on a host
 * that is heard again not before the host had time to deliver what it kept.
 */
import { rootHolds } from "./cause.ts";
import type { Own } from "./deadline.ts";
import type { Incident } from "./incident.ts";
import { nextSlot } from "./schedule.ts";
import { hostSpecs, hostsBehind, isBadAlone, isMissed, type SiteView } from "./site.ts";
import { hostKey, type Reason, type Status, type Watch } from "./watch.ts";

/** The watch with another status and all that goes with it. */
export function become(
  view: SiteView,
  watch: Watch,
  status: Status,
  reason: Reason,
  dueAt: number | null,
  heldUntil: number | null,
): Watch {
  const sinceAt = status === watch.status ? watch.sinceAt : view.now;
  return { ...watch, status, reason, sinceAt, dueAt, heldUntil };
}

/** How long a watch may take to follow after what held it back recovered. */
export function allowance(view: SiteView, watch: Watch): number {
  const { spec } = watch;
  if (spec.kind === "host") return view.now + (spec.everySeconds + spec.graceSeconds) * 1000;
  const beats = (host: string) => {
    const of = view.watches.get(hostKey(host))?.spec;
    return of?.kind === "host" ? 2 * of.everySeconds * 1000 : 0;
  };
  if (spec.kind === "job") return view.now + beats(spec.host);
  const feeds = spec.feeds.map(({ key, host }) => {
    const job = view.watches.get(key)?.spec;
    if (job?.kind !== "job") return view.now;
    return (nextSlot(job.schedule, view.now, false) ?? view.now) + job.graceSeconds * 1000 + beats(host);
  });
  return Math.max(view.now, ...feeds);
}

/** The host whose spool may still hold what a watch waits for. */
export function hostOf({ key, spec }: Watch): string {
  if (spec.kind === "job") return hostKey(spec.host);
  const [feed] = spec.kind === "copy" ? spec.feeds : [];
  return feed === undefined ? key : hostKey(feed.host);
}

/** A deadline that passed while nobody looked, and would be judged before a hold is over. */
export function isUnseenWithin({ reason }: Own, heldUntil: number | null): boolean {
  return reason.code === "unseen" && heldUntil !== null && reason.untilAt < heldUntil;
}

/**
 * What no incident held, but hangs on a host that is heard again, is not told before the host had time to deliver: it waited for
 * that host's verdict, or its deadline passed while nobody looked. Had somebody looked, a copy would have been blocked by the
 * silence, and would get its own chance now. A deadline that is still to come holds as it is.
 */
export function hold(view: SiteView, watch: Watch, root: string): Watch {
  const own = view.own.get(watch.key);
  const beats = hostSpecs(view).map(({ everySeconds }) => 2 * everySeconds * 1000);
  const heldUntil = Math.max(watch.heldUntil ?? 0, view.now + Math.max(0, ...beats));
  const followsUntil = watch.spec.kind === "copy" ? Math.max(heldUntil, allowance(view, watch)) : heldUntil;
  if (own !== undefined && isUnseenWithin(own, followsUntil)) return { ...watch, heldUntil: followsUntil };
  if (own === undefined || !isBadAlone(view, watch.key)) return watch;
  const reason: Reason = { code: "catching_up", after: root, untilAt: heldUntil, own: own.reason };
  return become(view, watch, "late", reason, heldUntil, heldUntil);
}

/**
 * The silence that ends at this look and did not hold what is missed, because that was found only now: what a host tells first
 * may be the half of it, and a deadline, or its time to follow, may have passed since the last look.
 */
export function silenceUntilNow(view: SiteView, watch: Watch, open: ReadonlyMap<string, Incident>): string | undefined {
  if (!isMissed(view, watch.key)) return undefined;
  const incidents = hostsBehind(view, watch.spec).flatMap((host) => {
    const id = view.watches.get(hostKey(host))?.incidentId ?? null;
    return id === null ? [] : (open.get(id)?.root ?? []);
  });
  return incidents.find((root) => !rootHolds(view, root));
}

/** A member of an incident that closed: late until its own chance is over. */
export function follow(view: SiteView, watch: Watch, incident: Incident): Watch {
  const untilAt = allowance(view, watch);
  const own = view.own.get(watch.key)?.reason ?? { code: "fine" as const };
  const reason: Reason = { code: "catching_up", after: incident.root, untilAt, own };
  return { ...become(view, watch, "late", reason, untilAt, untilAt), incidentId: null };
}
