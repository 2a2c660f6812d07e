/** One try of one parcel. It ends in time and never throws: no channel may hold up or break off another. */
import type { Channel } from "../channels/kinds.ts";
import type { Outcome } from "../channels/outcome.ts";
import { send } from "../channels/send.ts";
import { linksOf } from "../links.ts";
import { push, targetOf } from "../push.ts";
import { routingsOf, type Settings } from "../settings.ts";
import type { Database } from "../store/database.ts";
import { REST_AFTER_HANG_SECONDS, TRY_MAX_MS } from "./limits.ts";
import { logOf, type Parcel } from "./parcel.ts";

/** Where the end of a log goes: it names files, and is nothing for a locked screen or somebody's chat. */
const LOGGED: readonly Channel["kind"][] = ["email", "smtp", "resend", "webhook"];

/** The channel that deliveries to this target are of; undefined when it is not set up (any more). */
export function channelOf({ channels }: Settings, target: string): Channel | undefined {
  return channels.find(({ name }) => name === targetOf(target).name);
}

export async function attempt(db: Database, parcel: Parcel, settings: Settings, now: number): Promise<Outcome> {
  const stop = new AbortController();
  const outOfTime = Promise.withResolvers<Outcome>();
  const timer = setTimeout(() => {
    stop.abort();
    const error = `no answer within ${TRY_MAX_MS / 1000} s`;
    outOfTime.resolve({ kind: "retry", error, afterSeconds: REST_AFTER_HANG_SECONDS });
  }, TRY_MAX_MS);
  try {
    return await Promise.race([handOver(db, parcel, settings, now, stop.signal), outOfTime.promise]);
  } catch (error) {
    return { kind: "retry", error: error instanceof Error ? error.message : "the channel failed" };
  } finally {
    clearTimeout(timer);
  }
}

async function handOver(
  db: Database,
  parcel: Parcel,
  settings: Settings,
  now: number,
  signal: AbortSignal,
): Promise<Outcome> {
  const { alert, channel: target, id } = parcel;
  const { name, subscription } = targetOf(target);
  const channel = channelOf(settings, target);
  if (channel === undefined) return { kind: "retry", error: `channel "${name}" is not set up` };
  const { pageUrl, linkSecret: secret } = settings;
  const actions = pageUrl === null || secret === null ? [] : await linksOf({ secret, pageUrl }, alert, channel.name);
  const log = LOGGED.includes(channel.kind) ? logOf(parcel) : [];
  const message = { alert, id, pageUrl, actions, log, now, signal };
  return channel.kind === "push"
    ? push(db, channel, subscription, message, routingsOf(settings))
    : send(channel, message);
}
