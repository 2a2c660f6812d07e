/** The kinds of channels: what each one's table in wrangler.toml may hold, and which of its entries are what. */
import * as z from "zod/mini";
import { appriseTable } from "./apprise.ts";
import { discordTable } from "./discord.ts";
import { type EmailSender, emailTable } from "./email.ts";
import { ntfyTable } from "./ntfy.ts";
import { pushoverTable } from "./pushover.ts";
import { resendTable } from "./resend.ts";
import { slackTable } from "./slack.ts";
import { telegramTable } from "./telegram.ts";
import { webhookTable } from "./webhook.ts";

export const channelTable = z.discriminatedUnion("kind", [
  emailTable,
  resendTable,
  ntfyTable,
  pushoverTable,
  telegramTable,
  slackTable,
  discordTable,
  appriseTable,
  webhookTable,
]);
type ChannelTable = z.infer<typeof channelTable>;

export const channelKind = z.enum([
  "email",
  "resend",
  "ntfy",
  "pushover",
  "telegram",
  "slack",
  "discord",
  "apprise",
  "webhook",
]);

/** A channel that is set up: its table, with the secrets themselves, under its name. */
export type Channel =
  | (Exclude<ChannelTable, { kind: "email" }> & { readonly name: string })
  | (Extract<ChannelTable, { kind: "email" }> & { readonly name: string; readonly sender: EmailSender });

interface Entries {
  /** They hold the name of a Worker secret; the channel gets its value. */
  readonly secrets: readonly string[];
  /** URLs that the worker calls. */
  readonly urls: readonly string[];
}

export const ENTRIES: Readonly<Record<ChannelTable["kind"], Entries>> = {
  email: { secrets: [], urls: [] },
  resend: { secrets: ["token"], urls: [] },
  ntfy: { secrets: ["topic", "token"], urls: ["server"] },
  pushover: { secrets: ["token", "user"], urls: [] },
  telegram: { secrets: ["token"], urls: [] },
  slack: { secrets: ["url"], urls: ["url"] },
  discord: { secrets: ["url"], urls: ["url"] },
  apprise: { secrets: ["key"], urls: ["server"] },
  webhook: { secrets: ["secret"], urls: ["url"] },
};
