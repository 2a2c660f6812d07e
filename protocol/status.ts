/** `POST /v1/status`: what the worker thinks of a host, asked by that host. It is a question alone: nothing follows from it. */
import * as z from "zod/mini";

export const statusQuestion = z.strictObject({});

const watchStatus = z.enum(["pending", "ok", "late", "missed", "failed", "blocked", "paused"]);

export const statusAnswer = z.strictObject({
  serverTime: z.string(),
  /** When the worker last looked for missed deadlines; null when it never did. */
  lastSweepAt: z.nullable(z.string()),
  /** The host itself, its jobs, and the copies that its jobs feed. */
  watches: z.array(
    z.strictObject({
      kind: z.enum(["host", "job", "copy"]),
      /** The host's or job's name; of a copy `DATASET/TIER`. */
      name: z.string(),
      status: watchStatus,
      /** Why, in one sentence for a person. */
      reason: z.string(),
      /** When the status changes if nothing arrives; null when only an arrival can change it. */
      dueAt: z.nullable(z.string()),
    }),
  ),
});
export type StatusAnswer = z.infer<typeof statusAnswer>;
