/** A channel of each provider that is called directly, a yes of each, and a value for each kind of alert. */
import type { DirectChannel } from "../../../worker/channels/kinds.ts";
import type { Alert } from "../../../worker/judge/say.ts";
import { answer } from "./support.ts";

export const KEY = "a".repeat(30);
export const USER = "u".repeat(30);
export const SLACK = "https://hooks.slack.com/services/T0/B0/hush";
export const DISCORD = "https://discord.com/api/webhooks/1/hush";

export const ntfy: DirectChannel = {
  kind: "ntfy",
  name: "phone",
  server: "https://ntfy.sh",
  topic: "hush-topic",
  token: "tk_hush",
};
export const pushover: DirectChannel = { kind: "pushover", name: "phone", token: KEY, user: USER, emergency: true };
export const telegram: DirectChannel = { kind: "telegram", name: "phone", chat: "-100123", token: "123:hush" };
export const slack: DirectChannel = { kind: "slack", name: "phone", url: SLACK };
export const discord: DirectChannel = { kind: "discord", name: "phone", url: DISCORD };
export const apprise: DirectChannel = {
  kind: "apprise",
  name: "phone",
  server: "https://a.example/x/",
  key: "hush-key",
  tag: "me",
};
export const resend: DirectChannel = {
  kind: "resend",
  name: "phone",
  from: "t@example.org",
  to: "me@example.org",
  token: "re_hush",
};

/** A yes of each provider, as its documentation shows it. */
export const YES = {
  ntfy: answer(200, { id: "sPs71M8A2T", time: 1735941035, event: "message" }),
  pushover: answer(200, { status: 1, request: "647d2300-702c-4b38-8b2f-d56326ae460b" }),
  telegram: answer(200, { ok: true, result: { message_id: 1 } }),
  slack: answer(200, "ok"),
  discord: answer(204),
  apprise: answer(200, { error: null }),
  resend: answer(200, { id: "49a3999c-0ce1-4ea6-ab68-afcd6dc2e794" }),
};

const KINDS: [string, Partial<Alert>][] = [
  ["opened, critical", {}],
  ["opened, warning", { severity: "warning" }],
  ["reminder, critical", { kind: "reminder" }],
  ["notice, critical", { kind: "notice" }],
  ["notice, warning", { kind: "notice", severity: "warning" }],
  ["test", { kind: "test", severity: "warning" }],
  ["closed", { kind: "closed" }],
];

/** One value for each of KINDS, side by side. */
export const table = (values: unknown[]) => KINDS.map(([what, alert], at) => [what, alert, values[at]] as const);
