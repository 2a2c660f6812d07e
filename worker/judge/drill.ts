/**
 * The monthly drill: a real test through every channel, which somebody who got it confirms. When it is due, and what it says.
 * Like a digest it is due when its slot lies between the last sweep and this one; the
 * slot is its id, so there is one a month, whoever sweeps.
 */
import { type Alert, title } from "./say.ts";
import { nextSlot, previousSlot } from "./schedule.ts";

/** At nine in the morning of the first, when somebody is there to answer. */
const CRON = "0 9 1 * *";

/** The newest slot after the last sweep, up to `now`; null when there is none, and before the first sweep of all. */
export function drillSlot(zone: string, lastSweepAt: number | null, now: number): number | null {
  if (lastSweepAt === null) return null;
  const schedule = { cron: CRON, zone };
  const next = nextSlot(schedule, lastSweepAt, false);
  return next === null || next > now ? null : previousSlot(schedule, now);
}

/** `asks`: alerts carry links, so this one carries a button. */
export function sayDrill(channel: string, slot: number, asks: boolean, now: number): Alert {
  return {
    kind: "drill",
    incidentId: `drill@${slot}`,
    site: "Tierwatch",
    root: "drill",
    severity: "warning",
    title: title(`Monthly drill of the channel ${channel}: did this arrive?`),
    lines: [
      "Nothing is wrong. This test goes through every channel on the first of each month, the way an alert would go.",
      asks
        ? "Press “This test arrived”, so that it is known that alerts reach somebody here. A channel that nobody confirms is shown as unconfirmed."
        : "Nobody can confirm it: Tierwatch needs LINK_SECRET and PAGE_URL to put a button here (docs/CHANNELS.md). Until then every channel is shown as unconfirmed.",
    ],
    openedAt: slot,
    at: now,
  };
}
