/** What a watch says alone, whatever else explains its status. */
import type { OwnReason, Reason } from "./watch.ts";

export function ownReason(reason: Reason): OwnReason {
  if (reason.code === "paused") return { code: "fine" };
  return "own" in reason ? reason.own : reason;
}
