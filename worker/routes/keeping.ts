/**
 * How long an answer may be kept, and by whom. What is the same for everybody may be kept on the way, for so long that it is
 * still true; the owner's and what a link shows is kept nowhere. An answer is the same for everybody when who has neither
 * cookie, token nor key gets it; `Vary` keeps it from those who have one.
 */
import type { Context } from "hono";
import type { Access } from "../judge/access.ts";
import type { AppEnv } from "./context.ts";

/** What Workers Cache knows them all by (take-back.ts). */
export const STATUS_TAG = "status";

/** Whether the reader shows nothing that says who they are: whoever else shows nothing gets the same. */
export function isAnyone(c: Context<AppEnv>): boolean {
  const shows = ["cookie", "authorization"].some((name) => c.req.header(name) !== undefined);
  return !shows && c.req.query("key") === undefined;
}

export function keepFor(c: Context<AppEnv>, access: Access, seconds: number): void {
  if (access.kind === "owner" || !isAnyone(c)) {
    c.header("cache-control", "private, no-store");
    return;
  }
  // As long again while a new one is made: no reader waits for that.
  c.header("cache-control", `public, max-age=${seconds}, stale-while-revalidate=${seconds}`);
  c.header("vary", "cookie, authorization");
  c.header("cache-tag", STATUS_TAG);
}
