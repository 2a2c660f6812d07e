/**
 * One look at one site at `now`: from the watches and the open incidents to every change that has to be written and every
 * alert that has to be said. Pure; the sweep writes what comes out, all or nothing.
 *
 * An incident is about a root. Watches whose own hop or host it is are its members and hold it open; what is bad only
 * because of it is blocked, and follows within an allowance once the root has recovered.
 */
import { type Act, pausedUntil } from "./acts.ts";
import { attend, type Remind, type Said, sayEnd } from "./attend.ts";
import type { Blind } from "./blind.ts";
import { causeOf, hangsOnHop, ownRoot, rootHolds } from "./cause.ts";
import { closeRecovered } from "./closing.ts";
import { type ClosedLately, isFlapping } from "./flap.ts";
import { allowance, become, hostOf, isUnseenWithin, silenceUntilNow } from "./hold.ts";
import { type Closed, type Incident, UNATTENDED } from "./incident.ts";
import { severityOf } from "./severity.ts";
import { isBadAlone, type SiteView, viewSite } from "./site.ts";
import { type OwnReason, PAUSE, type Reason, siteKey, type Watch } from "./watch.ts";

export interface Verdict {
  readonly site: string;
  readonly now: number;
  /** Watches that change, as they are to be. */
  readonly changed: readonly Watch[];
  readonly opened: readonly Incident[];
  readonly closed: readonly Closed[];
  /** Incidents that stay open, of which something else than their watches changed. */
  readonly updated: readonly Incident[];
  /** What is to be said of them, opened ones first. */
  readonly said: readonly Said[];
  /** All watches as they will be: what the texts speak of. */
  readonly after: readonly Watch[];
}

interface Judged {
  readonly watch: Watch;
  /** The root whose incident this watch belongs to, with what it would open it with. */
  readonly root: string | null;
}

/** What a judgement rests on beside the watches. */
export interface Context {
  /** Times in which nobody looked. */
  readonly blinds: readonly Blind[];
  /** The owner's silences and pauses. */
  readonly acts: readonly Act[];
  /** The site's incidents that closed within the last hour. */
  readonly closedLately: readonly ClosedLately[];
  readonly remind: Remind;
}

export const NO_CONTEXT: Context = {
  blinds: [],
  acts: [],
  closedLately: [],
  remind: { critical: null, warning: null },
};

/** Judges every watch of a site. `open` are the site's open incidents. */
export function judgeSite(
  site: string,
  watches: readonly Watch[],
  open: readonly Incident[],
  now: number,
  context: Context = NO_CONTEXT,
): Verdict {
  const { acts, closedLately, remind } = context;
  const view = viewSite(site, watches, now, context.blinds, pausedUntil(acts, watches, now));
  const byId = new Map(open.map((incident) => [incident.id, incident]));
  const judged = judgeWatches(view, byId);
  const opened = openings(view, judged, open, closedLately);
  const incidents = [...open, ...opened];
  const joined = judged.map(({ watch, root }) => join(watch, root, incidents));
  const { closed, calming, after } = closeRecovered(view, joined, open);
  const before = new Map(watches.map((watch) => [watch.key, watch]));
  const changed = after.filter((watch) => !same(watch, before.get(watch.key)));
  const ended = new Set(closed.map(({ incident }) => incident.id));
  const staying = [...opened, ...calming.filter(({ id }) => !ended.has(id))];
  const attended = staying.map((incident) => attend(incident, after, acts, remind, now));
  const isNew = new Set(opened.map(({ id }) => id));
  const kept = attended.map(({ incident }) => incident);
  return {
    site,
    now,
    changed,
    opened: kept.filter(({ id }) => isNew.has(id)),
    closed,
    updated: kept.filter((incident) => !isNew.has(incident.id) && !sameIncident(incident, byId.get(incident.id))),
    said: [...attended.map(({ said }) => said), ...closed.map(sayEnd)].filter((said) => said !== null),
    after,
  };
}

function sameIncident(after: Incident, before: Incident | undefined): boolean {
  return JSON.stringify([after.severity, after.attention]) === JSON.stringify([before?.severity, before?.attention]);
}

/** Hosts first: whether a host is given time to follow decides what its jobs and copies wait for. */
function judgeWatches(view: SiteView, open: ReadonlyMap<string, Incident>): Judged[] {
  const all = [...view.watches.values()];
  const hosts = all.filter(({ spec }) => spec.kind === "host").map((watch) => judgeWatch(view, watch, open));
  const known = new Map([...view.watches, ...hosts.map(({ watch }) => [watch.key, watch] as const)]);
  const others = all.filter(({ spec }) => spec.kind !== "host");
  return [...hosts, ...others.map((watch) => judgeWatch({ ...view, watches: known }, watch, open))];
}

function judgeWatch(view: SiteView, watch: Watch, open: ReadonlyMap<string, Incident>): Judged {
  const own = view.own.get(watch.key);
  if (own === undefined) throw new Error(`no own status for ${watch.key}`);
  const pause = view.paused.get(watch.key);
  if (pause !== undefined) {
    const reason: Reason = { code: "paused", untilAt: Number.isFinite(pause) ? pause : null };
    return { watch: become(view, watch, "paused", reason, reason.untilAt, null), root: null };
  }
  if (!isBadAlone(view, watch.key)) {
    const heldUntil = isUnseenWithin(own, watch.heldUntil) ? watch.heldUntil : null;
    return { watch: become(view, watch, own.status, own.reason, own.dueAt, heldUntil), root: null };
  }
  if (watch.status === "paused") return { watch: resumed(view, watch, own.reason), root: null };
  const held = watch.heldUntil;
  const past = watch.incidentId === null ? undefined : open.get(watch.incidentId);
  if (held !== null && held > view.now) {
    const after = watch.reason.code === "catching_up" ? watch.reason.after : hostOf(watch);
    const reason: Reason = { code: "catching_up", after, untilAt: held, own: own.reason };
    return { watch: become(view, watch, "late", reason, held, held), root: null };
  }
  // A watch with an incident of its own keeps it: a host that dies later does not make the failed job anew.
  const isOwn = past !== undefined && (past.root === ownRoot(watch) || past.root === watch.key);
  if (isOwn && watch.spec.kind !== "host") {
    return { watch: become(view, watch, own.status, own.reason, own.dueAt, null), root: past.root };
  }
  // So does what hangs on a hop, for as long as data stands still there.
  if (past !== undefined && hangsOnHop(view, watch, past.root)) {
    const reason: Reason = { code: "blocked", by: past.root, own: own.reason };
    return { watch: become(view, watch, "blocked", reason, own.dueAt, null), root: past.root };
  }
  const cause = causeOf(view, watch);
  if (cause.wait !== null) {
    // Data moved on from the hop it hung on: it stays there until the host is decided, and has its own chance then.
    if (past !== undefined && /^(job|copy):/.test(past.root)) {
      const reason: Reason = { code: "blocked", by: past.root, own: own.reason };
      return { watch: become(view, watch, "blocked", reason, cause.wait.dueAt, null), root: past.root };
    }
    const { by, untilAt, dueAt } = cause.wait;
    const reason: Reason = { code: "waiting", by, untilAt, own: own.reason };
    return { watch: become(view, watch, "late", reason, dueAt, null), root: null };
  }
  const isOpen = [...open.values()].some(({ root }) => root === cause.root);
  const before = past?.root ?? (isOpen ? undefined : silenceUntilNow(view, watch, open));
  if (before !== undefined && before !== cause.root && wasHeldBack(view, watch, before, cause.root)) {
    const untilAt = allowance(view, watch);
    const reason: Reason = { code: "catching_up", after: before, untilAt, own: own.reason };
    return { watch: become(view, watch, "late", reason, untilAt, untilAt), root: null };
  }
  const isRoot = cause.root === ownRoot(watch) || watch.spec.kind === "host";
  const reason: Reason = isRoot ? own.reason : { code: "blocked", by: cause.root, own: own.reason };
  return { watch: become(view, watch, isRoot ? own.status : "blocked", reason, own.dueAt, null), root: cause.root };
}

/** After a pause it counts anew: nothing is missed before its next own chance. */
function resumed(view: SiteView, watch: Watch, own: OwnReason): Watch {
  const untilAt = allowance(view, watch);
  return become(view, watch, "late", { code: "catching_up", after: PAUSE, untilAt, own }, untilAt, untilAt);
}

/** It was blocked by something else and now stands alone: it gets time to follow before it is blamed itself. */
function wasHeldBack(view: SiteView, watch: Watch, before: string, root: string): boolean {
  return before !== ownRoot(watch) && before !== root && root !== siteKey(view.site) && !rootHoldsStill(view, before);
}

function rootHoldsStill(view: SiteView, root: string): boolean {
  return root.startsWith("job:") || root.startsWith("copy:") ? isBadAlone(view, root) : rootHolds(view, root);
}

/** A new incident for every root that has none open. */
function openings(
  view: SiteView,
  judged: readonly Judged[],
  open: readonly Incident[],
  closedLately: readonly ClosedLately[],
): Incident[] {
  const known = new Set(open.map(({ root }) => root));
  const byRoot = new Map<string, Watch[]>();
  for (const { watch, root } of judged) {
    if (root !== null && !known.has(root)) byRoot.set(root, [...(byRoot.get(root) ?? []), watch]);
  }
  return [...byRoot].map(([root, explained]) => {
    const flapping = isFlapping(root, closedLately, view.now);
    return opening(view, root, subjectOf(view, root, explained), flapping);
  });
}

function opening(view: SiteView, root: string, subject: Watch, flapping: boolean): Incident {
  return {
    id: `${view.site}/${root}@${view.now}`,
    site: view.site,
    root,
    severity: severityOf(subject.reason),
    openedAt: beganAt(view, subject),
    noticedAt: view.now,
    subject: subject.key,
    reason: subject.reason,
    attention: { ...UNATTENDED, flapping },
  };
}

/**
 * The watch an incident begins with, whenever it is looked at: of a silent site the host heard of last, of a host itself,
 * of a hop whatever went bad first because of it.
 */
function subjectOf(view: SiteView, root: string, explained: readonly Watch[]): Watch {
  const hosts = explained.filter(({ spec }) => spec.kind === "host");
  const candidates = hosts.length > 0 ? hosts : explained;
  const last = root === siteKey(view.site);
  return candidates.reduce((best, watch) => {
    const later = beganAt(view, watch) - beganAt(view, best) || (watch.key < best.key ? -1 : 1);
    return (last ? later > 0 : later < 0) ? watch : best;
  });
}

function beganAt(view: SiteView, watch: Watch): number {
  return Math.min(view.now, startOf(watch.reason) ?? view.now);
}

function startOf(reason: Reason): number | null {
  switch (reason.code) {
    case "fine":
      return null;
    case "never":
    case "overdue":
    case "unseen":
    case "not_started":
    case "overrun":
      return reason.deadlineAt;
    case "tolerated":
    case "anomaly":
    case "depth":
    case "too_fast":
    case "run":
    case "reading":
    case "mismatch":
      return reason.at;
    case "paused":
      return null;
    case "blocked":
    case "waiting":
    case "catching_up":
      return startOf(reason.own);
  }
}

function join(watch: Watch, root: string | null, incidents: readonly Incident[]): Watch {
  const incident = root === null ? undefined : incidents.find((candidate) => candidate.root === root);
  return { ...watch, incidentId: incident?.id ?? null };
}

function same(after: Watch, before: Watch | undefined): boolean {
  if (before === undefined) return false;
  return (
    after.status === before.status &&
    after.dueAt === before.dueAt &&
    after.heldUntil === before.heldUntil &&
    after.incidentId === before.incidentId &&
    JSON.stringify(after.reason) === JSON.stringify(before.reason)
  );
}
