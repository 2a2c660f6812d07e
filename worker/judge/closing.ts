/** Which incidents close, and what becomes of the watches that hung on them. */
import { ownRoot } from "./cause.ts";
import { CALM_MS } from "./flap.ts";
import { follow, hold } from "./hold.ts";
import type { Closed, Ending, Incident } from "./incident.ts";
import { hostsBehind, isBadAlone, isMissed, type SiteView } from "./site.ts";
import { hostKey, siteKey, type Watch } from "./watch.ts";

/**
 * Closes every open incident that no member holds open any more, and gives what hung on it time to follow. One that flaps
 * only becomes calm, and closes when it stayed so. `calming` are all open incidents, with since when they are well.
 */
export function closeRecovered(view: SiteView, watches: readonly Watch[], open: readonly Incident[]) {
  const closed: Closed[] = [];
  const calming: Incident[] = [];
  let after = [...watches];
  for (const incident of open) {
    const held = watches.some((watch) => watch.incidentId === incident.id && holdsOpen(view, watch, incident));
    const { flapping, wellAt } = incident.attention;
    const calm = !flapping || (wellAt !== null && view.now >= wellAt + CALM_MS);
    if (!held) {
      const isBack = heardAgain(view, incident.root);
      after = after.map((watch) => {
        if (watch.incidentId === incident.id) return follow(view, watch, incident);
        const hangs = isBack && watch.incidentId === null && hangsOn(view, watch, incident.root);
        return hangs ? hold(view, watch, incident.root) : watch;
      });
    }
    if (held || !calm) calming.push(wellSince(incident, held ? null : (wellAt ?? view.now)));
    else closed.push({ incident, closedAt: view.now, ending: endingOf(view, watches, incident) });
  }
  return { closed, calming, after };
}

function wellSince(incident: Incident, wellAt: number | null): Incident {
  if (!incident.attention.flapping || incident.attention.wellAt === wellAt) return incident;
  return { ...incident, attention: { ...incident.attention, wellAt } };
}

/** True when the silence that an incident was about is over, and no wider one took its place. */
function heardAgain(view: SiteView, root: string): boolean {
  return root === siteKey(view.site) || (root.startsWith("host:") && !isMissed(view, root));
}

function hangsOn(view: SiteView, { spec }: Watch, root: string): boolean {
  return hostsBehind(view, spec).some((host) => root === siteKey(view.site) || root === hostKey(host));
}

/** The subject always does: a tier may be found stuck while its own, longer window still runs. */
function holdsOpen(view: SiteView, watch: Watch, incident: Incident): boolean {
  if (watch.key === incident.subject && isBadAlone(view, watch.key)) return true;
  if (incident.root === siteKey(view.site)) return watch.spec.kind === "host";
  return watch.key === incident.root || ownRoot(watch) === incident.root;
}

function endingOf(view: SiteView, watches: readonly Watch[], incident: Incident): Ending {
  const isWatched = watches.some(({ key }) => key === incident.root) || incident.root === siteKey(view.site);
  // Of a job that was renamed, the copy that it left behind is still there and as bad as before.
  if (!isWatched) return "removed";
  const subject = watches.find((watch) => watch.key === incident.subject);
  if (subject === undefined) return "removed";
  if (subject.status === "paused") return "paused";
  const stillBad = isBadAlone(view, subject.key) && subject.incidentId !== null;
  return stillBad && subject.incidentId !== incident.id ? "absorbed" : "recovered";
}
