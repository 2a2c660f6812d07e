/** How loud an alert is to be. Each channel says it in its provider's own scale. */
import type { Alert } from "../judge/say.ts";

/** `urgent`: wake somebody; `high`: today; `normal`: to be read; `low`: good news. */
export type Urgency = "urgent" | "high" | "normal" | "low";

export function urgencyOf({ kind, severity }: Alert): Urgency {
  switch (kind) {
    case "opened":
    case "reminder":
      return severity === "critical" ? "urgent" : "high";
    case "notice":
      return severity === "critical" ? "high" : "normal";
    case "test":
    case "drill":
      return "normal";
    case "closed":
    case "digest":
      return "low";
  }
}

/** The one word that stands above an alert where colour may be missing. */
export function wordOf({ kind, severity }: Alert): string {
  switch (kind) {
    case "opened":
      return severity === "critical" ? "Critical" : "Warning";
    case "reminder":
      return severity === "critical" ? "Still critical" : "Still a warning";
    case "notice":
      return "Notice";
    case "test":
    case "drill":
      return "Test";
    case "digest":
      return "Digest";
    case "closed":
      return "Over";
  }
}
