/** What goes with a host that is taken out of its site. Its runs and incidents stay. */
import { scopesOfSite } from "./acts.ts";
import type { HostPlan } from "./chain.ts";
import { type Replanned, replan } from "./planned.ts";
import { hostKey, type Watch } from "./watch.ts";

export interface Removal extends Replanned {
  /** What a silence or an incident may be about there, and nothing is left of: the site itself, with its last host. */
  readonly scopes: readonly string[];
}

/**
 * The change from the watches there are to those that the plans of the other hosts ask for. A copy that another host feeds
 * as well stays. `plans` are those of all hosts of the site; where those of the others do not fit together, that is said.
 */
export function withoutHost(
  { site, host }: { readonly site: string; readonly host: string },
  plans: readonly HostPlan[],
  watches: readonly Watch[],
  now: number,
): Removal | string[] {
  const others = plans.filter((plan) => plan.host !== host);
  const change = replan(site, others, watches, now);
  if (Array.isArray(change)) return change;
  const keys = watches.map(({ key }) => key);
  const removed = [hostKey(host), ...change.removed].filter((key) => keys.includes(key));
  const left = keys.filter((key) => !removed.includes(key));
  const kept = left.length === 0 ? [] : scopesOfSite(site, left);
  return { put: change.put, removed, scopes: scopesOfSite(site, keys).filter((scope) => !kept.includes(scope)) };
}
