/** Passkeys of the owners. */
import { sql } from "drizzle-orm";
import type { Database } from "./database.ts";

/** Whether anybody was ever enrolled: from then on there is an owner, though every passkey may be gone. */
export async function hasPasskeys(db: Database): Promise<boolean> {
  return (await db.all(sql`SELECT 1 FROM passkeys LIMIT 1`)).length > 0;
}
