/**
 * The deliveries of a verdict, written in its transaction. Here, where it is known, is decided who was told of an incident:
 * a channel was when its opening alert is neither held back nor dropped.
 */
import { type SQL, sql } from "drizzle-orm";
import type { Routed } from "../judge/route.ts";
import { field, perChunk } from "./database.ts";
import { firstState } from "./held.ts";

/**
 * Reminders and ends go to channels that were told. An opening alert goes to channels that were not: to one for which it is
 * held back with its newest words and the earlier of its instants, to one for which it was dropped anew.
 */
export function writeDeliveries(routed: readonly Routed[], token: string): SQL[] {
  const opened = routed.filter(({ alert }) => alert.kind === "opened");
  const rest = routed.filter(({ alert }) => alert.kind !== "opened");
  // In this order: a channel that is told only now needs no reminder.
  return [...writeFollowing(rest, token), ...writeOpened(opened, token)];
}

function writeFollowing(routed: readonly Routed[], token: string): SQL[] {
  return perChunk(
    routed.map(rowOf),
    (json) => sql`
      ${inserted(json, token)} AND EXISTS (
        SELECT 1 FROM deliveries AS o
        WHERE o.id = (${field("incidentId")}) || '/opened/' || (${field("channel")}) AND o.state NOT IN ('held', 'dropped'))
      ON CONFLICT (id) DO UPDATE SET alert = excluded.alert WHERE deliveries.state = 'held'`,
  );
}

function writeOpened(routed: readonly Routed[], token: string): SQL[] {
  return perChunk(
    routed.map(rowOf),
    (json) => sql`
      ${inserted(json, token)}
      ON CONFLICT (id) DO UPDATE SET alert = excluded.alert, last_error = NULL, done_at = NULL,
        batch_at = CASE WHEN deliveries.due_at < excluded.due_at THEN deliveries.batch_at ELSE excluded.batch_at END,
        due_at = min(excluded.due_at, coalesce(deliveries.due_at, excluded.due_at)),
        state = CASE WHEN excluded.due_at > excluded.created_at THEN 'held' ELSE 'pending' END,
        created_at = excluded.created_at
      WHERE deliveries.state IN ('held', 'dropped')`,
  );
}

function inserted(json: string, token: string): SQL {
  return sql`
      INSERT INTO deliveries (id, site, incident_id, kind, channel, alert, state, created_at, due_at, batch_at, attempts)
      SELECT ${field("id")}, ${field("site")}, ${field("incidentId")}, ${field("kind")}, ${field("channel")},
        ${field("alert")}, ${field("state")}, ${field("at")}, coalesce(${BATCH}, ${field("dueAt")}), ${BATCH}, 0
      FROM json_each(${json}) AS e, verdicts
      WHERE verdicts.site = ${field("site")} AND verdicts.token = ${token}`;
}

/** When the batch goes out that it is for: the one that waits already, where it opens within that one's minute, or its own. */
const BATCH = sql`CASE WHEN ${field("batchMs")} > 0 THEN coalesce((
  SELECT min(b.batch_at) FROM deliveries AS b
  WHERE b.channel = ${field("channel")} AND b.state = 'held' AND b.batch_at <= ${field("dueAt")}
    AND b.batch_at >= ${field("dueAt")} - ${field("batchMs")}), ${field("dueAt")}) END`;

function rowOf({ alert, channel, dueAt: readyAt, batchMs = 0 }: Routed) {
  const { site, incidentId, kind, at } = alert;
  // At the latest then: a batch that waits already may go out before.
  const dueAt = readyAt + batchMs;
  const state = firstState(at, dueAt);
  return {
    id: deliveryId({ alert, channel, dueAt }),
    site,
    incidentId,
    kind,
    channel,
    at,
    dueAt,
    batchMs,
    state,
    alert: JSON.stringify(alert),
  };
}

/** Stays the same over all tries. Each reminder is a delivery of its own, but of those held until the same instant one is left. */
function deliveryId({ alert: { incidentId, kind, number, at }, channel, dueAt }: Routed): string {
  const which = kind === "reminder" && dueAt > at ? `/until-${dueAt}` : number === undefined ? "" : `/${number}`;
  return `${incidentId}/${kind}${which}/${channel}`;
}
