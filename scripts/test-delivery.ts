/** A delivery that the owner asked for, to see that a channel works: the row that the next sweep of the worker sends. */
import { type Alert, title } from "../worker/judge/say.ts";

export interface TestDelivery {
  readonly id: string;
  readonly sql: string;
}

/** `now` is in milliseconds; two tests of a channel at the same millisecond are one. */
export function testDelivery(channel: string, now: number): TestDelivery {
  const incidentId = `test/${now}`;
  const at = `${new Date(now).toISOString().slice(0, 16).replace("T", " ")} UTC`;
  const alert: Alert = {
    kind: "test",
    incidentId,
    site: "Tierwatch",
    root: "test",
    severity: "warning",
    title: title(`Test of the channel ${channel}: nothing is wrong`),
    lines: [
      `Somebody asked for this test at ${at}, with npm run test-channel.`,
      "An alert about your backups would arrive in the same way.",
    ],
    openedAt: now,
    at: now,
  };
  const id = `${incidentId}/test/${channel}`;
  const values = [id, alert.site, incidentId, "test", channel, JSON.stringify(alert), "pending"].map(quoted);
  const columns = "id, site, incident_id, kind, channel, alert, state, created_at, due_at, attempts";
  return { id, sql: `INSERT INTO deliveries (${columns}) VALUES (${values.join(", ")}, ${now}, ${now}, 0)` };
}

/** How the delivery stands, or where its channel is of the kind push, each of those that it was spread into. */
export function outcomeSql(id: string): string {
  const own = `(id = ${quoted(id)} OR substr(id, 1, ${id.length + 1}) = ${quoted(`${id}/`)})`;
  return `SELECT state, last_error, attempts FROM deliveries WHERE ${own} AND state <> 'spread' ORDER BY id`;
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
