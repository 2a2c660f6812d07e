/** The words of the one notice about a blind interval. */
import type { Blind } from "./blind.ts";
import type { Alert } from "./say.ts";
import { moment, span } from "./words.ts";

/** It belongs to no site: the watch itself was away. */
export function sayBlind({ fromAt, untilAt }: Blind): Alert {
  const lasted = span(untilAt - fromAt);
  return {
    kind: "notice",
    incidentId: `blind@${fromAt}`,
    site: "",
    root: "monitor",
    severity: "warning",
    title: `Tierwatch itself was blind for ${lasted}; it looks again`,
    lines: [
      `From ${moment(fromAt)} to ${moment(untilAt)} no deadline was looked at: neither clock of the worker ran, or its database was down.`,
      "What became due in that time is judged when the hosts had time to deliver what they kept; what is missing then is told as usual.",
    ],
    openedAt: fromAt,
    at: untilAt,
  };
}
