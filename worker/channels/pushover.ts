/**
 * Pushover (pushover.net/api: Pushing messages, Limits, Being friendly to our API, Emergency priority; pushover.net/api/receipts:
 * Canceling emergency-priority retries). An emergency rings until somebody acknowledges it; the incident's tag, which is made
 * from its id, ends it when the incident is over, so no receipt has to be kept.
 */
import * as z from "zod/mini";
import { digestOf } from "./digest.ts";
import type { Message } from "./message.ts";
import type { Outcome } from "./outcome.ts";
import { type Answer, post } from "./post.ts";
import { codePointsOf, fitted, linksOf } from "./text.ts";
import { type Urgency, urgencyOf } from "./urgency.ts";

const API = "https://api.pushover.net/1";
const TITLE_MAX_CHARS = 250;
const MESSAGE_MAX_CHARS = 1024;
const URL_MAX_CHARS = 512;
const RETRY_SECONDS = 60;
/** The longest that Pushover allows. */
const EXPIRE_SECONDS = 10_800;

const key = z.string().check(z.regex(/^[A-Za-z0-9]{30}$/, "is not 30 letters and digits, as Pushover's keys are"));

export const pushoverTable = z.strictObject({
  kind: z.literal("pushover"),
  token: key,
  user: key,
  /** True: a critical alert rings each minute, for three hours, until somebody acknowledges it. */
  emergency: z._default(z.boolean(), false),
});
type Pushover = z.infer<typeof pushoverTable>;

function priorityOf(urgency: Urgency, emergency: boolean): number {
  const urgent = emergency ? 2 : 1;
  return { urgent, high: 0, normal: 0, low: -1 }[urgency];
}

export async function sendPushover(channel: Pushover, message: Message): Promise<Outcome> {
  const { alert } = message;
  const tag = `incident-${await digestOf(alert.incidentId)}`;
  if (alert.kind === "closed" && channel.emergency) {
    const ended = await ask(channel, message, `receipts/cancel_by_tag/${tag}.json`, {});
    if (ended.kind !== "delivered") return ended;
  }
  const priority = priorityOf(urgencyOf(alert), channel.emergency);
  return ask(channel, message, "messages.json", {
    user: channel.user,
    title: fitted(alert.title, { max: TITLE_MAX_CHARS, measure: codePointsOf }),
    message: fitted(alert.lines.join("\n") || alert.title, { max: MESSAGE_MAX_CHARS, measure: codePointsOf }),
    timestamp: String(Math.floor(alert.at / 1000)),
    priority: String(priority),
    ...(priority === 2 ? { retry: String(RETRY_SECONDS), expire: String(EXPIRE_SECONDS), tags: tag } : {}),
    ...supplementary(message),
  });
}

/** There is room for one link: what one can do about it, or else the status page. */
function supplementary(message: Message): Record<string, string> {
  const link = linksOf(message).find(({ url }) => url.length <= URL_MAX_CHARS);
  return link === undefined ? {} : { url: link.url, url_title: link.label };
}

async function ask(channel: Pushover, { now, signal }: Message, path: string, fields: Record<string, string>) {
  const body = new URLSearchParams({ token: channel.token, ...fields }).toString();
  const headers = { "content-type": "application/x-www-form-urlencoded" };
  const secrets = [channel.token, channel.user];
  return post(
    { who: "Pushover", url: `${API}/${path}`, headers, body, secrets, signal, now },
    { accepts, refuses, isGone },
  );
}

const yes = z.object({ status: z.literal(1) });

function accepts({ body }: Answer): boolean {
  return yes.safeParse(body).success;
}

/** "4xx: do not try the same again"; 429 alone says that this month's messages are used up. */
function refuses({ status }: Answer): boolean {
  return status >= 400 && status < 500 && status !== 429;
}

const wrongKey = z.union([z.object({ token: z.literal("invalid") }), z.object({ user: z.literal("invalid") })]);

/** The application or the user is no more: Pushover names the one that is invalid. */
function isGone({ status, body }: Answer): boolean {
  return status >= 400 && status < 500 && wrongKey.safeParse(body).success;
}
