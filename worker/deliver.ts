/**
 * Hands due deliveries to their channels. Each channel has a lane of its own, with its own share of what an invocation
 * may use: one that hangs or has much to do delays no other. What is left over stays due for the next sweep.
 */
import { type LaneDone, runLane, type Shift } from "./deliver/lane.ts";
import { BEGIN_MAX_MS, LANES_AT_ONCE, RESERVED, REST_MS, SUBREQUESTS_MAX } from "./deliver/limits.ts";
import { lanesFor, shareOf } from "./deliver/plan.ts";
import type { Settings } from "./settings.ts";
import { type Lane, lanesDue, recordEnds } from "./store/channels.ts";
import { counted, type Database } from "./store/database.ts";
import { anyDue } from "./store/deliveries.ts";
import { settleWaiting } from "./store/held.ts";
import { spreadPushes } from "./store/subscriptions.ts";

/** What came of a sweep's deliveries. */
export interface DeliveriesMade {
  readonly tried: number;
  readonly delivered: number;
}

/** Delivers what is due. `used`: subrequests that this invocation made before. */
export async function deliverDue(db: Database, settings: Settings, now: number, used = 0): Promise<DeliveriesMade> {
  if (!(await anyDue(db, now))) return { tried: 0, delivered: 0 };
  const before = counted(db);
  await settleWaiting(before.db, now);
  await spreadPushes(before.db, pushing(settings), now);
  const due = await lanesDue(before.db, now);
  const left = SUBREQUESTS_MAX - RESERVED - used - before.statements();
  const lanes = lanesFor(due, left);
  const time = timer(BEGIN_MAX_MS);
  const shift = { db, settings, now, share: shareOf(left, lanes.length), isOver: time.isOver };
  const done = await runLanes(shift, lanes).finally(time.stop);
  const channelsThat = (ended: (lane: LaneDone) => boolean) =>
    lanes.flatMap(({ channel }, i) => (done[i] !== undefined && ended(done[i]) ? [channel] : []));
  const delivered = channelsThat((lane) => lane.delivered > 0);
  await recordEnds(db, { delivered, failed: channelsThat(({ failed }) => failed), restUntil: now + REST_MS }, now);
  return { tried: sum(done.map(({ tried }) => tried)), delivered: sum(done.map(({ delivered }) => delivered)) };
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, one) => total + one, 0);
}

function pushing({ channels }: Settings): string[] {
  return channels.flatMap(({ kind, name }) => (kind === "push" ? [name] : []));
}

/** Runs lanes side by side, as many at once as a worker may have connections; each of the others begins when one ends. */
async function runLanes(shift: Shift, lanes: readonly Lane[]): Promise<LaneDone[]> {
  const done: LaneDone[] = [];
  const waiting = lanes.entries();
  const worker = async () => {
    for (const [i, lane] of waiting) done[i] = await runLane(shift, lane);
  };
  const ended = await Promise.allSettled(Array.from({ length: LANES_AT_ONCE }, worker));
  // The database failed one lane; by now the others have had their time.
  for (const end of ended) if (end.status === "rejected") throw end.reason;
  return done;
}

function timer(ms: number) {
  let over = false;
  const id = setTimeout(() => {
    over = true;
  }, ms);
  return { isOver: () => over, stop: () => clearTimeout(id) };
}
