/** Browsers that take the pushes of a channel, as their owner sees them, tries them and sends them away. */
import { and, eq, sql } from "drizzle-orm";
import { audited, type Doer } from "./audit.ts";
import { type Database, writeAll } from "./database.ts";
import { subscriptions } from "./schema.ts";
import { putTest } from "./test-delivery-sql.ts";

export interface Browser {
  readonly id: string;
  readonly name: string;
  readonly madeBy: string;
  readonly createdAt: number;
  readonly lastOkAt: number | null;
  readonly lastError: string | null;
  readonly goneAt: number | null;
}

const { id, name, madeBy, createdAt, lastOkAt, lastError, goneAt } = subscriptions;
const SHOWN = { id, name, madeBy, createdAt, lastOkAt, lastError, goneAt };

/** All of a channel, the oldest first; what is gone is among them until it is tidied away. */
export function browsersOf(db: Database, channel: string): Promise<Browser[]> {
  return db.select(SHOWN).from(subscriptions).where(eq(subscriptions.channel, channel)).orderBy(createdAt, id);
}

/** Null when the channel has none with that id. */
export async function browserOf(db: Database, channel: string, of: string): Promise<Browser | null> {
  const [found] = await db
    .select(SHOWN)
    .from(subscriptions)
    .where(and(eq(subscriptions.channel, channel), eq(id, of)));
  return found ?? null;
}

/** A test that goes to this browser alone. */
export async function testBrowser(db: Database, channel: string, to: Browser, doer: Doer, now: number): Promise<void> {
  await writeAll(db, putTest(`${channel}/${to.id}`, doer, "", now, `the alerts on “${to.name}”`));
}

export async function removeBrowser(
  db: Database,
  channel: string,
  { id: of, name: called }: Browser,
  doer: Doer,
  now: number,
): Promise<void> {
  const removed = sql`DELETE FROM subscriptions WHERE channel = ${channel} AND id = ${of}`;
  const deed = { act: "remove browser", site: "", subject: `${channel}/${of}`, detail: called };
  await writeAll(db, audited(removed, doer, deed, now));
}
