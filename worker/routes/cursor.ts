/** Where a page of a list ended, as a text that its reader sends back unread. */
import * as z from "zod/mini";
import { fromBase64url, toBase64url } from "../../protocol/base64url.ts";
import type { Refusal } from "../../protocol/refusals.ts";
import { failed, ok, type Result } from "../../protocol/result.ts";

export function cursorOf(end: readonly unknown[]): string {
  return toBase64url(new TextEncoder().encode(JSON.stringify(end)));
}

/** The end that a cursor tells, if it fits the schema; null when none is given. */
export function readCursor<Schema extends z.ZodMiniType>(
  text: string | undefined,
  schema: Schema,
): Result<z.infer<Schema> | null, Refusal> {
  if (text === undefined) return ok(null);
  try {
    return ok(z.parse(schema, JSON.parse(new TextDecoder().decode(fromBase64url(text)))));
  } catch {
    return failed({ code: "malformed", errors: [{ path: "after", message: "is not what a page called `next`" }] });
  }
}
