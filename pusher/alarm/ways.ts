/** The ways of `[alarm]` that are set up. Each is loaded only when it has something to say. */
import type { AlarmConfig } from "../config/alarm.ts";
import type { Way } from "./way.ts";

/** In the order in which the table of settings has them. */
export function waysOf(alarm: AlarmConfig): Way[] {
  const { smtp, ntfy, webhook, command, log } = alarm;
  const ways: (Way | undefined)[] = [
    smtp && { name: "smtp", tell: async (...args) => (await import("./smtp.ts")).tellBySmtp(smtp, ...args) },
    ntfy && { name: "ntfy", tell: async (...args) => (await import("./ntfy.ts")).tellByNtfy(ntfy, ...args) },
    webhook && {
      name: "webhook",
      tell: async (...args) => (await import("./webhook.ts")).tellByWebhook(webhook, ...args),
    },
    command && {
      name: "command",
      tell: async (...args) => (await import("./program.ts")).tellByCommand(command.argv, ...args),
    },
    log ? { name: "log", tell: async (...args) => (await import("./program.ts")).tellByLog(...args) } : undefined,
  ];
  return ways.filter((way) => way !== undefined);
}
