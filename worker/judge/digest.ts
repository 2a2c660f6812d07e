/**
 * When a digest is due. It stands on two instants that are known anyhow, the last sweep and this one: a digest is due when
 * one of its slots lies between them. A sweep that dies is not the last one, so the next finds the same slot again; the
 * slot is a part of the digest's id, so it is said once. Of slots that passed while no sweep ran, the newest counts.
 */
import type { Schedule } from "../../protocol/schedule.ts";
import { nextSlot, previousSlot } from "./schedule.ts";

const DAY_MS = 86_400_000;

export interface Digest {
  readonly every: "daily" | "weekly";
  /** `07:00`, by the wall clock of the zone; a weekly one comes on Mondays. */
  readonly time: string;
  readonly zone: string;
}

/** How far back a digest looks. */
export function digestSpanMs({ every }: Digest): number {
  return every === "daily" ? DAY_MS : 7 * DAY_MS;
}

/** The newest slot after the last sweep, up to `now`; null when there is none, and before the first sweep of all. */
export function digestSlot(digest: Digest, lastSweepAt: number | null, now: number): number | null {
  if (lastSweepAt === null) return null;
  const schedule = scheduleOf(digest);
  const next = nextSlot(schedule, lastSweepAt, false);
  return next === null || next > now ? null : previousSlot(schedule, now);
}

function scheduleOf({ every, time, zone }: Digest): Schedule {
  const [hour, minute] = time.split(":").map(Number);
  return { cron: `${minute} ${hour} * * ${every === "daily" ? "*" : "1"}`, zone };
}
