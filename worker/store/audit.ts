/** The audit trail: what owners did. A row is written in the transaction of its act, and only if the act changed something. */
import { type SQL, sql } from "drizzle-orm";

/** Who does something, and how it is known. */
export interface Doer {
  readonly by: string;
  readonly through: "session" | "access" | "token" | "link" | "command" | "code";
}

export interface Deed {
  readonly act: string;
  /** Empty for what no site has. */
  readonly site: string;
  readonly subject: string;
  /** What else is to be known; never a secret. */
  readonly detail?: string;
}

/** A statement, and the row that says who did it; none when the statement changed nothing. */
export function audited(statement: SQL, { by, through }: Doer, deed: Deed, now: number): SQL[] {
  const { act, site, subject, detail = "" } = deed;
  return [
    statement,
    // changes(): rows that the statement before changed.
    sql`INSERT OR IGNORE INTO audit (at, act, site, subject, by, through, detail)
        SELECT ${now}, ${act}, ${site}, ${subject}, ${by}, ${through}, ${detail} WHERE changes() > 0`,
  ];
}
