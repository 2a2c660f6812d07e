/**
 * The queue of one channel within a sweep: claims a few, tries them one by one, writes down how they ended, and so on. It ends when
 * nothing is left, when the channel fails, or when its share of the invocation is used up; the rest stays due.
 */
import { sayDisabled } from "../judge/say-channel.ts";
import { routingsOf, type Settings } from "../settings.ts";
import { disableChannel, enableChannel, type Lane, pauseChannel, refuseDue } from "../store/channels.ts";
import { type Database, type Statement, writeAll } from "../store/database.ts";
import { claimDeliveries, recordTries } from "../store/deliveries.ts";
import { putNotice } from "../store/notices.ts";
import { attempt, channelOf } from "./attempt.ts";
import { CLAIM_MAX, costOf, gapMs, LEASE_MS } from "./limits.ts";
import { eachTried, type Parcel, parcelsOf } from "./parcel.ts";
import { givenBack, goesOn, isFailing, type Judged, judgeTry, PROBE_AFTER_MS } from "./plan.ts";
import { settingsHash } from "./settings-hash.ts";

/** What the lanes of one sweep have in common. */
export interface Shift {
  readonly db: Database;
  readonly settings: Settings;
  readonly now: number;
  /** Subrequests that each lane may use. */
  readonly share: number;
  /** True when no try may begin any more. */
  readonly isOver: () => boolean;
}

export interface LaneDone {
  readonly tried: number;
  readonly delivered: number;
  /** It ended with a try that may go well later, and nobody said when. */
  readonly failed: boolean;
}

/** A claim and a record for the tries, and what disabling a channel writes. */
const CLAIM_AND_RECORD = 2;

export async function runLane(shift: Shift, lane: Lane): Promise<LaneDone> {
  const { disabled, channel } = lane;
  if (disabled === null) return drain(shift, lane, Math.min(lane.waiting, shift.share));
  const set = channelOf(shift.settings, channel);
  const changed = set !== undefined && (await settingsHash(set)) !== disabled.settingsHash;
  if (changed || lane.isTested || shift.now - disabled.at >= PROBE_AFTER_MS) return drain(shift, lane, 1);
  await writeAll(shift.db, [refuseDue(channel, disabled.error, shift.now)]);
  return { tried: 0, delivered: 0, failed: false };
}

async function drain(shift: Shift, lane: Lane, most: number): Promise<LaneDone> {
  const kind = channelOf(shift.settings, lane.channel)?.kind;
  let left = shift.share;
  let [tried, delivered] = [0, 0];
  let failed = false;
  while (tried < most && !shift.isOver()) {
    const limit = Math.min(CLAIM_MAX, most - tried, Math.floor((left - CLAIM_AND_RECORD) / costOf(kind)));
    if (limit < 1) break;
    const { db, now } = shift;
    const claimed = await claimDeliveries(db, now, { channel: lane.channel, limit, leaseMs: LEASE_MS });
    if (claimed.length === 0) break;
    const parcels = parcelsOf(claimed);
    const judged = await tryEach(shift, parcels, gapMs(kind));
    const ends = parcels.map((parcel, i) => eachTried(parcel, judged[i]?.tried ?? givenBack(parcel, now)));
    await writeAll(db, [...recordTries(ends.flat()), ...(await newsOf(shift, lane, judged))]);
    tried += judged.length;
    delivered += judged.filter(({ channel }) => channel.kind === "well").length;
    left -= CLAIM_AND_RECORD + judged.length * costOf(kind);
    failed = judged.some(isFailing);
    if (!judged.every(goesOn) || judged.length < parcels.length) break;
  }
  return { tried, delivered, failed };
}

/** Tries one after the other until one fails, or time is up. */
async function tryEach(
  { db, settings, now, isOver }: Shift,
  parcels: readonly Parcel[],
  gap: number,
): Promise<Judged[]> {
  const judged: Judged[] = [];
  for (const parcel of parcels) {
    if (isOver()) break;
    if (judged.length > 0 && gap > 0) await new Promise((resolve) => setTimeout(resolve, gap));
    const one = judgeTry(parcel, await attempt(db, parcel, settings, now), now);
    judged.push(one);
    if (!goesOn(one)) break;
  }
  return judged;
}

/** What the last of these tries said of the channel, as it is written in one transaction with them. */
async function newsOf({ settings, now }: Shift, lane: Lane, judged: readonly Judged[]): Promise<Statement[]> {
  const last = judged.at(-1);
  const set = channelOf(settings, lane.channel);
  if (last === undefined || set === undefined) return [];
  switch (last.channel.kind) {
    case "well":
      return lane.disabled === null ? [] : enableChannel(lane.channel, now);
    case "failing":
      return [];
    case "busy":
      return [pauseChannel(lane.channel, last.channel.until, last.tried.error ?? "")];
    case "gone": {
      const { error } = last.channel;
      const others = routingsOf(settings).filter(({ channel }) => channel !== set.name);
      const notice = lane.disabled === null ? putNotice(sayDisabled(set.name, error, now), others) : [];
      return [...disableChannel(lane.channel, await settingsHash(set), error, now), ...notice];
    }
  }
}
