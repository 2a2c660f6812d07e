/** The kinds of channels: what each one's table in wrangler.toml may hold, and which of its entries are what. */
import * as z from "zod/mini";
import type { Routing } from "../judge/route.ts";
import { appriseTable } from "./apprise.ts";
import { discordTable } from "./discord.ts";
import { type EmailSender, emailTable } from "./email.ts";
import { ntfyTable } from "./ntfy.ts";
import { pushoverTable } from "./pushover.ts";
import { resendTable } from "./resend.ts";
import { slackTable } from "./slack.ts";
import { smtpTable } from "./smtp.ts";
import { telegramTable } from "./telegram.ts";
import { pushTable } from "./web-push.ts";
import { webhookTable } from "./webhook.ts";

export const channelTable = z.discriminatedUnion("kind", [
  emailTable,
  smtpTable,
  resendTable,
  ntfyTable,
  pushoverTable,
  telegramTable,
  slackTable,
  discordTable,
  appriseTable,
  pushTable,
  webhookTable,
]);
type ChannelTable = z.infer<typeof channelTable>;

export const channelKind = z.enum([
  "email",
  "smtp",
  "resend",
  "ntfy",
  "pushover",
  "telegram",
  "slack",
  "discord",
  "apprise",
  "push",
  "webhook",
]);

/** A channel that is set up: its table, with the secrets themselves, under its name. */
export type Channel = DirectChannel | PushChannel;

/** Its one target stands in its table. */
export type DirectChannel =
  | (Exclude<ChannelTable, { kind: "email" | "push" }> & Named)
  | (Extract<ChannelTable, { kind: "email" }> & Named & { readonly sender: EmailSender });

/** Its targets are the browsers that subscribed; `allowPrivate` is for their push services. */
export type PushChannel = z.infer<typeof pushTable> & Named & { readonly allowPrivate: boolean };

interface Named {
  readonly name: string;
  /** What it is to hear; left out: everything. */
  readonly routing?: Routing;
}

interface Entries {
  /** They hold the name of a Worker secret; the channel gets its value. */
  readonly secrets: readonly string[];
  /** URLs and hosts that the worker calls. */
  readonly places: readonly string[];
}

export const ENTRIES: Readonly<Record<ChannelTable["kind"], Entries>> = {
  email: { secrets: [], places: [] },
  smtp: { secrets: ["password"], places: ["host"] },
  resend: { secrets: ["token"], places: [] },
  ntfy: { secrets: ["topic", "token"], places: ["server"] },
  pushover: { secrets: ["token", "user"], places: [] },
  telegram: { secrets: ["token"], places: [] },
  slack: { secrets: ["url"], places: ["url"] },
  discord: { secrets: ["url"], places: ["url"] },
  apprise: { secrets: ["key"], places: ["server"] },
  push: { secrets: ["private_key"], places: [] },
  webhook: { secrets: ["secret"], places: ["url"] },
};
