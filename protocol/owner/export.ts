/** All that the worker keeps, but no secret and no hash of one: a table at a time, a page at a time. */
import * as z from "zod/mini";
import type { Operation } from "./operation.ts";

export const EXPORT_TABLES = [
  "watches",
  "plans",
  "loosenings",
  "keys",
  "runs",
  "markers",
  "incidents",
  "deliveries",
  "acts",
  "blinds",
  "channels",
  "drills",
  "subscriptions",
  "passkeys",
  "tokens",
  "shares",
  "audit",
] as const;
export type ExportTable = (typeof EXPORT_TABLES)[number];

const table = z.enum(EXPORT_TABLES);
const ofTable = z.strictObject({ table });
/** What the page before called `next`; the first page without it. */
const page = z.strictObject({ after: z.optional(z.string()) });

export const listExport = {
  id: "listExport",
  method: "get",
  path: "/v1/export",
  needs: "read",
  status: 200,
  answer: z.strictObject({ tables: z.array(table) }),
  refusals: [],
} as const satisfies Operation;

export const exportJson = {
  id: "exportJson",
  method: "get",
  path: "/v1/export/{table}",
  needs: "read",
  params: ofTable,
  query: page,
  status: 200,
  answer: z.strictObject({
    /** As the database has them: instants in milliseconds, and JSON as text. */
    rows: z.array(z.record(z.string(), z.union([z.string(), z.number(), z.null()]))),
    next: z.nullable(z.string()),
  }),
  refusals: [],
} as const satisfies Operation;

export const exportCsv = {
  id: "exportCsv",
  method: "get",
  path: "/v1/export/{table}/csv",
  needs: "read",
  params: ofTable,
  query: page,
  status: 200,
  media: "text/csv",
  /** RFC 4180, with the names of the columns first. The next page, if there is one, is the header Link with rel="next". */
  answer: z.string(),
  refusals: [],
} as const satisfies Operation;
