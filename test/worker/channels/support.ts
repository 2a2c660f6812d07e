/** What the tests of the channels share: alerts of every kind, and a stand-in for every server that a channel calls. */
import { vi } from "vitest";
import type { DirectChannel } from "../../../worker/channels/kinds.ts";
import type { Action, Message } from "../../../worker/channels/message.ts";
import type { Outcome } from "../../../worker/channels/outcome.ts";
import { send } from "../../../worker/channels/send.ts";
import type { Alert } from "../../../worker/judge/say.ts";

export const NOW = Date.parse("2026-11-23T02:14:00Z");
export const PAGE = "https://tierwatch.example/?a=1&b=2";

export const opened: Alert = {
  kind: "opened",
  incidentId: "home/job:corenas/sync@1",
  site: "home",
  root: "job:corenas/sync",
  severity: "critical",
  title: "home: sync (archive → staging) stuck, photos in staging is 31 h old",
  lines: ["First broken: sync (archive → staging).", "If the site were lost now: 31 h of photos."],
  openedAt: NOW - 60_000,
  at: NOW,
};

/** What a tool may print: markup of every provider, mentions, half characters, marks that turn the writing round. */
export const HOSTILE = `<b>&"</b> *x* _y_ [a](http://e.example) @everyone <!channel> \`rm\` \u202Egnp\uD83D </p><script>`;

export const message = (
  alert: Partial<Alert> = {},
  pageUrl: string | null = PAGE,
  actions: readonly Action[] = [],
): Message => ({
  alert: { ...opened, ...alert },
  id: "home/job:corenas/sync@1/opened/phone",
  pageUrl,
  actions,
  log: [],
  now: NOW,
  signal: new AbortController().signal,
});

export interface Sent {
  readonly request: Request;
  readonly text: string;
}

/** Stands in for the provider: keeps what it is sent, and answers each with the next of `answers`, the last again and again. */
export function provider(...answers: (() => Response)[]): Sent[] {
  const sent: Sent[] = [];
  vi.spyOn(globalThis, "fetch").mockImplementation(async (input, init) => {
    const request = new Request(input, init);
    sent.push({ request, text: new TextDecoder().decode(await request.clone().arrayBuffer()) });
    const answer = answers[Math.min(sent.length, answers.length) - 1];
    if (answer === undefined) throw new TypeError("connection refused");
    return answer();
  });
  return sent;
}

export const answer = (status: number, body: unknown = "", headers: Record<string, string> = {}) => {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  return () => new Response([204, 304].includes(status) ? null : text, { status, headers });
};

/** Sends one alert; answers what the provider got, as JSON, and how it ended. */
export async function sentBy(channel: DirectChannel, alert: Partial<Alert>, yes: () => Response) {
  const sent = provider(yes);
  const outcome: Outcome = await send(channel, message(alert));
  const [first] = sent;
  if (first === undefined) throw new Error("nothing was sent");
  const { method, url, redirect, headers } = first.request;
  return { outcome, method, url, redirect, headers, body: JSON.parse(first.text) };
}
