/**
 * What a host's wrong clock may do to the times it tells. The pusher measures how far its clock is off and says so; what it
 * cannot know is how far it was off when it wrote down a time that it sends later, and it lets a few seconds be.
 */
import { lastAtMost } from "./steps.ts";
import { DAY, SECOND } from "./tolerances.ts";
import type { HostTruth } from "./truth.ts";
import { hostsOf, type SiteView } from "./view.ts";

/** A clock that is off by less is taken as right. */
const UNMEASURED_MS = 30 * SECOND;
/** A time told now was written down no longer ago than this, as far as any verdict still hangs on it. */
const WRITTEN_WITHIN_MS = 3 * DAY;

/** How far the told times of a thing may be off between `from` and `until`, in milliseconds; 0 while its clocks are right. */
export function clockSlack(view: SiteView, key: string, from: number, until: number): number {
  const since = from - WRITTEN_WITHIN_MS - (view.copies.get(key)?.windowMs ?? 0);
  return Math.max(0, ...hostsOf(view, key).map((host) => slackOf(host, since, until)));
}

function slackOf({ clock }: HostTruth, from: number, until: number): number {
  if (clock.length === 0) return 0;
  const first = Math.max(
    0,
    lastAtMost(clock, from, ({ at }) => at),
  );
  const past = lastAtMost(clock, until, ({ at }) => at) + 1;
  const before = clock[first];
  if (before === undefined || past <= first) return 0;
  const offsets = clock.slice(first, past).map(({ value }) => value);
  if (before.at > from) offsets.push(0);
  const mostOff = Math.max(...offsets.map(Math.abs));
  return Math.max(...offsets) - Math.min(...offsets) + Math.min(UNMEASURED_MS, mostOff);
}
