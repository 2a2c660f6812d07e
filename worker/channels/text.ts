/** An alert as plain text: for mail bodies and terminals. */
import type { Alert } from "../judge/say.ts";

export function plainText(alert: Alert, pageUrl: string | null): string {
  const link = pageUrl === null ? [] : ["", `Status page: ${pageUrl}`];
  return [...alert.lines, ...link, ""].join("\n");
}
