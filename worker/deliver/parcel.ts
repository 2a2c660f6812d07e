/**
 * What is handed over at once: one delivery, or those of a batch as one message. Each keeps its own row; they are claimed,
 * tried and written down together, so a batch stays what it was over all tries.
 */
import { endOfLog } from "../judge/redact.ts";
import { batchKey, sayTogether } from "../judge/say-batch.ts";
import type { Delivery, Tried } from "../store/deliveries.ts";

export interface Parcel extends Omit<Delivery, "log" | "batchAt"> {
  readonly members: readonly Delivery[];
}

/** The parcels of one claim, in its order; a batch has the place of its first. */
export function parcelsOf(claimed: readonly Delivery[]): Parcel[] {
  const batches = Map.groupBy(claimed, ({ id, batchAt }) => (batchAt === null ? id : `${batchAt}`));
  return [...batches.values()].flatMap(parcelOf);
}

function parcelOf(members: readonly Delivery[]): Parcel[] {
  const [first] = members;
  if (first === undefined) return [];
  const { log: _, batchAt, ...own } = first;
  if (batchAt === null || members.length === 1) return [{ ...own, members }];
  const alert = sayTogether(
    batchAt,
    members.map((member) => member.alert),
  );
  // The members are the same at each try, and so is the id: the channel's name stands at its end, as in every other.
  const id = `${batchKey(batchAt)}/opened/${first.channel}`;
  const createdAt = Math.max(...members.map((member) => member.createdAt));
  return [{ ...own, id, createdAt, alert: alert ?? first.alert, members }];
}

/** How a try of a parcel ended, for each of its rows. */
export function eachTried({ members }: Parcel, tried: Tried): Tried[] {
  return members.map(({ id, attempts }) => ({ ...tried, id, attempts }));
}

/** The ends of the logs of what is told, each under its alert's title where there are several. */
export function logOf({ members }: Parcel): string[] {
  const logs = members.map(({ alert, log }) => ({ title: alert.title, lines: endOfLog(log) }));
  const told = logs.filter(({ lines }) => lines.length > 0);
  return members.length === 1
    ? told.flatMap(({ lines }) => lines)
    : told.flatMap(({ title, lines }) => [`${title}:`, ...lines]);
}
