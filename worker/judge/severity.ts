/** How grave a bad status is: something is broken or missing, or it is only not as it should be. */
import type { Reason } from "./watch.ts";

export type Severity = "warning" | "critical";

export function severityOf(reason: Reason): Severity {
  const own = "own" in reason ? reason.own : reason;
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
