/** The audit trail: what owners did. */
import * as z from "zod/mini";
import { instant } from "../fields.ts";
import type { Operation } from "./operation.ts";

const AUDIT_MAX = 200;

export const readAudit = {
  id: "readAudit",
  method: "get",
  path: "/v1/audit",
  needs: "read",
  /** `after` is what the page before called `next`. */
  query: z.strictObject({ after: z.optional(z.string()) }),
  status: 200,
  answer: z.strictObject({
    entries: z
      .array(
        z.strictObject({
          at: instant,
          act: z.string(),
          site: z.string(),
          subject: z.string(),
          by: z.string(),
          through: z.string(),
          detail: z.string(),
        }),
      )
      .check(z.maxLength(AUDIT_MAX)),
    next: z.nullable(z.string()),
  }),
  refusals: [],
} as const satisfies Operation;
