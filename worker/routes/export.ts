/** `/v1/export`: all data, a page at a time, so that neither the worker nor the database holds more than a page of it. */
import type { Context } from "hono";
import { EXPORT_TABLES, type ExportTable, exportCsv, exportJson, listExport } from "../../protocol/owner/export.ts";
import type { Refusal } from "../../protocol/refusals.ts";
import { failed, ok, type Result } from "../../protocol/result.ts";
import { columnsOf, type ExportedRow, endAfter, exportedRows, isEndOf, pageEnd } from "../store/export.ts";
import type { AppEnv } from "./context.ts";
import { csvOf } from "./csv.ts";
import { cursorOf, readCursor } from "./cursor.ts";
import { on, type Served } from "./serve.ts";

/** A run has at most 64 KiB of log: the longest page is some megabytes. */
const PAGE = 100;

export function exportRoutes(): Served[] {
  return [
    on(listExport, () => ok({ tables: [...EXPORT_TABLES] })),
    on(exportJson, ({ params, query }, c) => pageOf(c, params.table, query.after)),
    on(exportCsv, async ({ params, query }, c) => {
      const page = await pageOf(c, params.table, query.after);
      if (!page.ok) return page;
      const { rows, next } = page.value;
      if (next !== null) {
        const url = new URL(c.req.url);
        url.searchParams.set("after", next);
        c.header("link", `<${url.href}>; rel="next"`);
      }
      c.header("content-disposition", `attachment; filename="tierwatch-${params.table}.csv"`);
      return ok(csvOf(columnsOf(params.table), rows));
    }),
  ];
}

interface Page {
  readonly rows: ExportedRow[];
  readonly next: string | null;
}

async function pageOf(
  c: Context<AppEnv>,
  table: ExportTable,
  cursor: string | undefined,
): Promise<Result<Page, Refusal>> {
  const after = readCursor(cursor, pageEnd);
  if (!after.ok) return after;
  if (after.value !== null && !isEndOf(table, after.value)) {
    return failed({ code: "malformed", errors: [{ path: "after", message: "is of another table" }] });
  }
  const rows = await exportedRows(c.env.db, table, after.value, PAGE);
  const last = rows.length < PAGE ? undefined : rows.at(-1);
  return ok({ rows, next: last === undefined ? null : cursorOf(endAfter(table, last)) });
}
