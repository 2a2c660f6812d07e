/** How grave a bad status is: something is broken or missing, or it is only not as it should be. */
import { ownReason } from "./own-reason.ts";
import type { Reason } from "./watch.ts";

export type Severity = "warning" | "critical";

export function severityOf(reason: Reason): Severity {
  const own = ownReason(reason);
  switch (own.code) {
    case "reading":
      return own.verdict === "warning" ? "warning" : "critical";
    case "run":
      return own.status === "warned" ? "warning" : "critical";
    case "depth":
      return own.severity;
    case "anomaly":
      return "warning";
    default:
      return "critical";
  }
}
