/** Hands due deliveries to their channels, each apart from the others, and writes down how each try ended. */
import type { Outcome } from "./channels/outcome.ts";
import { send } from "./channels/send.ts";
import { linksOf } from "./links.ts";
import { push, targetOf } from "./push.ts";
import { routingsOf, type Settings } from "./settings.ts";
import type { Database } from "./store/database.ts";
import { anyDue, claimDeliveries, type Delivery, recordTries, type Tried } from "./store/deliveries.ts";
import { settleHeld } from "./store/held.ts";
import { spreadPushes } from "./store/subscriptions.ts";

/** How long a channel may take over one delivery; longer than that it is tried again later. */
const TRY_MAX_MS = 10_000;
/** Longer than a try: a lease must not run out while its delivery is under way. */
const LEASE_MS = 60_000;
/** Deliveries sent at the same time, and groups of them in one sweep. */
const GROUP_MAX = 6;
const GROUPS_MAX = 4;
const EXPIRE_AFTER_MS = 3 * 86_400_000;
const BACKOFF_FIRST_MS = 15_000;
const BACKOFF_MAX_MS = 3_600_000;

/** Delivers what is due; answers how many tries were made. */
export async function deliverDue(db: Database, settings: Settings, now: number): Promise<number> {
  if (!(await anyDue(db, now))) return 0;
  await settleHeld(db, now);
  let tried = 0;
  await spreadPushes(db, pushing(settings), now);
  for (let group = 0; group < GROUPS_MAX; group++) {
    const claimed = await claimDeliveries(db, now, LEASE_MS, GROUP_MAX);
    const tries = await Promise.all(
      claimed.map(async (delivery) => triedAs(delivery, await attempt(db, delivery, settings, now), now)),
    );
    await recordTries(db, tries);
    tried += tries.length;
    if (claimed.length < GROUP_MAX) break;
  }
  return tried;
}

function pushing({ channels }: Settings): string[] {
  return channels.flatMap(({ kind, name }) => (kind === "push" ? [name] : []));
}

/** One try, which ends in time and never throws: no channel may hold up or break off the others of its group. */
async function attempt(db: Database, delivery: Delivery, settings: Settings, now: number): Promise<Outcome> {
  const stop = new AbortController();
  const outOfTime = Promise.withResolvers<Outcome>();
  const timer = setTimeout(() => {
    stop.abort();
    outOfTime.resolve({ kind: "retry", error: `no answer within ${TRY_MAX_MS / 1000} s` });
  }, TRY_MAX_MS);
  try {
    return await Promise.race([handOver(db, delivery, settings, now, stop.signal), outOfTime.promise]);
  } catch (error) {
    return { kind: "retry", error: error instanceof Error ? error.message : "the channel failed" };
  } finally {
    clearTimeout(timer);
  }
}

async function handOver(
  db: Database,
  delivery: Delivery,
  settings: Settings,
  now: number,
  signal: AbortSignal,
): Promise<Outcome> {
  const target = targetOf(delivery.channel);
  const channel = settings.channels.find(({ name }) => name === target.name);
  if (channel === undefined) return { kind: "retry", error: `channel "${target.name}" is not set up` };
  const { alert, id } = delivery;
  const { pageUrl, linkSecret: secret } = settings;
  const actions = pageUrl === null || secret === null ? [] : await linksOf({ secret, pageUrl }, alert, channel.name);
  const message = { alert, id, pageUrl, actions, now, signal };
  return channel.kind === "push"
    ? push(db, channel, target.subscription, message, routingsOf(settings))
    : send(channel, message);
}

/** What a try's outcome means for its delivery: done, given up, or when to try again. */
function triedAs(delivery: Delivery, outcome: Outcome, now: number): Tried {
  const base = { id: delivery.id, attempts: delivery.attempts, at: now };
  if (outcome.kind === "delivered") return { ...base, state: "delivered", dueAt: null, error: null };
  if (outcome.kind === "refused") return { ...base, state: "refused", dueAt: null, error: outcome.error };
  const backoff = Math.min(BACKOFF_MAX_MS, BACKOFF_FIRST_MS * 2 ** (delivery.attempts - 1));
  // A receiver may ask for patience, but not for so much that the alert is never heard.
  const asked = Math.min(BACKOFF_MAX_MS, (outcome.afterSeconds ?? 0) * 1000);
  const dueAt = now + Math.max(backoff, asked);
  if (dueAt > delivery.createdAt + EXPIRE_AFTER_MS)
    return { ...base, state: "expired", dueAt: null, error: outcome.error };
  return { ...base, state: "pending", dueAt, error: outcome.error };
}
