/** Rule: every harm has an incident that covers it in time, and that stays as long as the harm does. */
import type { Problem, SeenIncident } from "../history.ts";
import { harmsOf, type NamedHarm } from "./harms.ts";
import { rootsFor, type SiteView } from "./view.ts";
import { limitOf } from "./waits.ts";
import { at as moment } from "./words.ts";

export function misses(view: SiteView): Problem[] {
  return harmsOf(view).flatMap((harm) => uncovered(view, harm) ?? []);
}

/** Follows a harm from one covering incident to the next. */
function uncovered(view: SiteView, harm: NamedHarm): Problem | undefined {
  const covers = harm.told ? (view.incidentsByRoot.get(harm.key) ?? []) : coversOf(view, harm.key);
  let since = harm.from;
  while (since < harm.until) {
    const limit = limitOf(view, harm, since);
    if (limit >= harm.until || limit >= view.endAt) return undefined;
    const end = coveredUntil(covers, limit);
    if (end !== undefined && end > since) since = end;
    else {
      // An incident that came and went in between passes the wait on to what it blocked.
      const passed = covers.filter(({ closedAt }) => closedAt !== null && closedAt > since && closedAt <= limit);
      const last = Math.max(...passed.map(({ closedAt }) => closedAt ?? 0));
      if (passed.length === 0) return problemOf(view, harm, covers, since, limit);
      since = last;
    }
  }
  return undefined;
}

function coversOf(view: SiteView, key: string): SeenIncident[] {
  return [...rootsFor(view, key)].flatMap((root) => view.incidentsByRoot.get(root) ?? []);
}

/** Until when what stands open at `at` stays so; undefined when nothing stands. */
function coveredUntil(covers: readonly SeenIncident[], at: number): number | undefined {
  const open = covers.filter(
    ({ noticedAt, closedAt }) => noticedAt <= at && (closedAt ?? Number.POSITIVE_INFINITY) > at,
  );
  return open.length === 0 ? undefined : Math.max(...open.map(({ closedAt }) => closedAt ?? Number.POSITIVE_INFINITY));
}

function problemOf(
  view: SiteView,
  harm: NamedHarm,
  covers: readonly SeenIncident[],
  since: number,
  limit: number,
): Problem {
  const later = covers.filter(({ noticedAt }) => noticedAt > limit && noticedAt < harm.until);
  const noticedAt = Math.min(...later.map((incident) => incident.noticedAt));
  const end = later.length === 0 ? "no incident did" : `the incident came at ${moment(noticedAt)}`;
  const span = `from ${moment(harm.from)} to ${moment(harm.until)}`;
  const open = since > harm.from ? ` (uncovered since ${moment(since)})` : "";
  return {
    kind: later.length === 0 ? "missed" : "late",
    at: limit,
    site: view.site,
    subject: harm.key,
    text: `${harm.key} ${harm.what} ${span}${open}; an incident had to cover it by ${moment(limit)}, and ${end}`,
  };
}
