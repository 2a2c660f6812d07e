/** Writes the digests that are due as deliveries; the next sweep hands them over like any other. */
import { digestSlot, digestSpanMs } from "./judge/digest.ts";
import { sayDigest } from "./judge/say-digest.ts";
import { subscriberFaults } from "./judge/subscribers.ts";
import { routingsOf, type Settings } from "./settings.ts";
import { actsOfSites } from "./store/acts.ts";
import type { Database } from "./store/database.ts";
import { lostSince } from "./store/lost.ts";
import { putDeliveries } from "./store/notices.ts";
import { subscribersOf } from "./store/subscriptions.ts";
import { readSummary } from "./store/summary.ts";

/** `lastSweepAt` is the last sweep that came to its end before this one. Costs nothing while no digest is due. */
export async function putDigests(
  db: Database,
  settings: Settings,
  lastSweepAt: number | null,
  now: number,
): Promise<void> {
  const due = routingsOf(settings).flatMap((routing) => {
    const { digest } = routing;
    const slot = digest === null ? null : digestSlot(digest, lastSweepAt, now);
    return digest === null || slot === null ? [] : [{ routing, digest, slot }];
  });
  if (due.length === 0) return;
  const faults = [...settings.faults, ...(await unreached(db, settings))];
  const { drill, publicSites } = settings;
  const setup = { faults, routings: routingsOf(settings), drills: drill !== null, publicSites };
  const summary = await readSummary(db, setup, now);
  const sites = summary.sites.map(({ name }) => name);
  const acts = await actsOfSites(db, sites, now);
  for (const one of due) {
    const lost = await lostSince(db, one.slot - digestSpanMs(one.digest));
    const alert = sayDigest({ ...one, summary, acts, lost });
    await putDeliveries(db, [{ alert, channel: one.routing.channel, dueAt: now }]);
  }
}

/** What is wrong with the browsers that subscribed. */
async function unreached(db: Database, { channels }: Settings): Promise<string[]> {
  const names = channels.flatMap(({ kind, name }) => (kind === "push" ? [name] : []));
  return subscriberFaults(names, await subscribersOf(db, names));
}
