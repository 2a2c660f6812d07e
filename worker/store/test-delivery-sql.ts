/** A delivery that an owner asked for, to see that a channel works: the row that the next sweep of the worker sends. */
import { type SQL, sql } from "drizzle-orm";
import { type Alert, title } from "../judge/say.ts";
import { audited, type Doer } from "./audit.ts";

/**
 * `now` is in milliseconds; two tests of a channel at the same millisecond are one. `how` ends the first sentence. `called` is
 * what its title says is tested.
 */
export function putTest(
  channel: string,
  doer: Doer,
  how: string,
  now: number,
  called = `the channel ${channel}`,
): SQL[] {
  const incidentId = `test/${now}`;
  const at = `${new Date(now).toISOString().slice(0, 16).replace("T", " ")} UTC`;
  const alert: Alert = {
    kind: "test",
    incidentId,
    site: "Tierwatch",
    root: "test",
    severity: "warning",
    title: title(`Test of ${called}: nothing is wrong`),
    lines: [
      `${doer.by} asked for this test at ${at}${how}.`,
      "An alert about your backups would arrive in the same way.",
    ],
    openedAt: now,
    at: now,
  };
  const put = sql`INSERT OR IGNORE INTO deliveries
      (id, site, incident_id, kind, channel, alert, state, created_at, due_at, attempts)
    VALUES (${testId(channel, now)}, ${alert.site}, ${incidentId}, 'test', ${channel}, ${JSON.stringify(alert)}, 'pending',
      ${now}, ${now}, 0)`;
  return audited(put, doer, { act: "test", site: "", subject: channel }, now);
}

function testId(channel: string, at: number): string {
  return `test/${at}/test/${channel}`;
}

/** How the test of that instant stands, or where its channel is of the kind push, each of those that it was spread into. */
export function testOutcomes(channel: string, at: number): SQL {
  const id = testId(channel, at);
  return sql`SELECT state, last_error, attempts FROM deliveries
    WHERE (id = ${id} OR (id > ${`${id}/`} AND id < ${`${id}0`})) AND state <> 'spread' ORDER BY id`;
}
