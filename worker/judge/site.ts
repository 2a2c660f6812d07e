/** A site as the judge looks at it: its watches by key, what each says alone, and the way data takes through it. */

import { type Blind, blindUntil, patienceOf } from "./blind.ts";
import { chainOf } from "./chain.ts";
import type { Own } from "./deadline.ts";
import { excusedStatus } from "./excuse.ts";
import { type CopySpec, copyKey, type HostSpec, hostKey, type Spec, type Watch } from "./watch.ts";

export interface SiteView {
  readonly site: string;
  readonly now: number;
  readonly watches: ReadonlyMap<string, Watch>;
  readonly own: ReadonlyMap<string, Own>;
  /** Keys of the watches that are paused, with the end of their pause. */
  readonly paused: ReadonlyMap<string, number>;
  /** Until when what was to be known at an instant is not: nobody looked then. Null when somebody did. */
  readonly unseenUntil: (at: number) => number | null;
}

/** `blinds` are the intervals in which nobody looked, as far as they may still matter; a paused watch is no cause. */
export function viewSite(
  site: string,
  watches: readonly Watch[],
  now: number,
  blinds: readonly Blind[] = [],
  paused: ReadonlyMap<string, number> = new Map(),
): SiteView {
  const patience = patienceOf(watches);
  const ownOf = (watch: Watch) => (paused.has(watch.key) ? UNJUDGED : excusedStatus(watch, blinds, patience, now));
  return {
    site,
    now,
    watches: new Map(watches.map((watch) => [watch.key, watch])),
    paused,
    unseenUntil: (at) => blindUntil(blinds, patience, at),
    own: new Map(watches.map((watch) => [watch.key, ownOf(watch)])),
  };
}

const UNJUDGED: Own = { status: "ok", reason: { code: "fine" }, dueAt: null, missedAt: null };

export function isMissed(view: SiteView, key: string): boolean {
  return view.own.get(key)?.status === "missed";
}

export function isBadAlone(view: SiteView, key: string): boolean {
  const status = view.own.get(key)?.status;
  return status === "missed" || status === "failed";
}

export function hostSpecs(view: SiteView): HostSpec[] {
  return [...view.watches.values()].flatMap(({ spec }) => (spec.kind === "host" ? [spec] : []));
}

function copySpecs(view: SiteView): CopySpec[] {
  return [...view.watches.values()].flatMap(({ spec }) => (spec.kind === "copy" ? [spec] : []));
}

/** True when every host of the site that is judged is past its deadline: then the site itself is silent. */
export function isSilent(view: SiteView): boolean {
  const hosts = hostSpecs(view).filter(({ host }) => !view.paused.has(hostKey(host)));
  return hosts.length > 0 && hosts.every(({ host }) => isMissed(view, hostKey(host)));
}

/** The hop a copy hangs on: the one job that feeds it, or the copy itself when several do. */
export function hopOf(spec: CopySpec): string {
  const [only, ...others] = spec.feeds;
  return only !== undefined && others.length === 0 ? only.key : copyKey(spec.dataset, spec.tier);
}

/** The hosts that data comes through on its way to a copy, whichever way it takes. */
function carriersOf(view: SiteView, { dataset, tier, feeds }: CopySpec, path: readonly string[] = []): string[] {
  if (path.includes(tier)) return [];
  return feeds.flatMap(({ host, from }) => {
    const before = view.watches.get(copyKey(dataset, from))?.spec;
    return before?.kind === "copy" ? [host, ...carriersOf(view, before, [...path, tier])] : [host];
  });
}

/** The hosts without which a job or a copy has nothing new to tell. */
export function hostsBehind(view: SiteView, spec: Spec): string[] {
  return spec.kind === "copy" ? carriersOf(view, spec) : spec.kind === "job" ? [spec.host] : [];
}

/** The newest data proven to have passed this copy: its own recovery point, or that of any copy fed from it. */
export function provenAt(view: SiteView, spec: CopySpec): number {
  const all = copySpecs(view).filter(({ dataset }) => dataset === spec.dataset);
  const order = chainOf(all, spec.dataset);
  const behind = new Set([spec.tier]);
  for (const tier of order) {
    const copy = all.find((candidate) => candidate.tier === tier);
    if (copy?.feeds.length === 1 && copy.feeds.some(({ from }) => behind.has(from))) behind.add(tier);
  }
  return Math.max(...[...behind].map((tier) => recoveryAt(view, copyKey(spec.dataset, tier))));
}

/** A copy's recovery point in milliseconds; 0 when nothing was ever proven. */
function recoveryAt(view: SiteView, key: string): number {
  const facts = view.watches.get(key)?.facts;
  return facts?.kind === "copy" ? (facts.good?.recoveryAt ?? 0) : 0;
}
