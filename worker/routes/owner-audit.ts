/** `/v1/audit`: what owners did, the newest first, a page at a time. */
import * as z from "zod/mini";
import { readAudit } from "../../protocol/owner/audit.ts";
import { ok } from "../../protocol/result.ts";
import { trail } from "../store/owner-acts.ts";
import { cursorOf, readCursor } from "./cursor.ts";
import { isoOf } from "./iso.ts";
import { on, type Served } from "./serve.ts";

const PAGE = 100;
const trailEnd = z.tuple([z.int(), z.string(), z.string(), z.string()]);

export function ownerAuditRoutes(): Served[] {
  return [
    on(readAudit, async ({ query }, c) => {
      const after = readCursor(query.after, trailEnd);
      if (!after.ok) return after;
      const rows = await trail(c.env.db, after.value, PAGE);
      const entries = rows.map(({ at, ...rest }) => ({ ...rest, at: isoOf(at) }));
      const last = rows.length < PAGE ? undefined : rows.at(-1);
      return ok({ entries, next: last === undefined ? null : cursorOf([last.at, last.act, last.site, last.subject]) });
    }),
  ];
}
