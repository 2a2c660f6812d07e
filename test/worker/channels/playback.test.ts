/** Every provider by HTTP, over real connections to a server that checks what its documentation says and plays back its troubles. */
import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, inject, test, vi } from "vitest";
import type { Channel } from "../../../worker/channels/kinds.ts";
import type { Outcome } from "../../../worker/channels/outcome.ts";
import { attempt } from "../../../worker/deliver/attempt.ts";
import type { Parcel } from "../../../worker/deliver/parcel.ts";
import { openDatabase } from "../../../worker/store/database.ts";
import { settingsOf } from "../queued.ts";
import { opened } from "./support.ts";

const KEY = "a".repeat(30);
const CHANNELS: readonly Channel[] = [
  { kind: "ntfy", name: "ntfy", server: "https://ntfy.sh", topic: "topic" },
  { kind: "pushover", name: "pushover", token: KEY, user: KEY, emergency: false },
  { kind: "telegram", name: "telegram", chat: "-100123", token: "123:abc" },
  { kind: "slack", name: "slack", url: "https://hooks.slack.com/services/T0/B0/abc" },
  { kind: "discord", name: "discord", url: "https://discord.com/api/webhooks/1/abc" },
  { kind: "apprise", name: "apprise", server: "https://a.example", key: "key" },
  { kind: "resend", name: "resend", from: "t@example.org", to: "me@example.org", token: "re_abc" },
];

let mood: string;
beforeEach(() => {
  const { fetch } = globalThis;
  vi.spyOn(globalThis, "fetch").mockImplementation((input, init) => {
    const { host, pathname } = new URL(String(input));
    return fetch(`${inject("providers")}/${mood}/${host}${pathname}`, init);
  });
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

function tried(channel: Channel): Promise<Outcome> {
  const delivery = { id: "1", channel: channel.name, alert: opened, createdAt: opened.at, attempts: 1 };
  const parcel: Parcel = { ...delivery, members: [{ ...delivery, log: "", batchAt: null }] };
  const settings = { ...settingsOf(channel), pageUrl: "https://tierwatch.example/" };
  return attempt(openDatabase(env.DB), parcel, settings, opened.at);
}

describe.each(CHANNELS)("$kind", (channel) => {
  test.each<[string, Outcome]>([
    ["yes", { kind: "delivered" }],
    ["busy", { kind: "retry", error: expect.stringContaining(" answered 429"), afterSeconds: 17 }],
    ["broken", { kind: "retry", error: expect.stringContaining(" answered 500") }],
    ["cut", { kind: "retry", error: expect.stringContaining("could not connect to ") }],
  ])("that answers with %s", async (how, outcome) => {
    mood = how;
    expect(await tried(channel)).toEqual(outcome);
  });

  test("that hangs is given 10 s", async () => {
    mood = "hang";
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    const trying = tried(channel);
    await vi.waitUntil(() => vi.getTimerCount() > 0);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(await trying).toEqual({ kind: "retry", error: "no answer within 10 s", afterSeconds: 30 });
  });
});

// Apprise's documentation knows no 200 that is none.
test.each(CHANNELS.filter(({ kind }) => kind !== "apprise"))(
  "$kind that answers with 200 and an error, or a network that answers in its place, did not take it",
  async (channel) => {
    mood = "no";
    expect(await tried(channel)).toEqual({ kind: "retry", error: expect.stringContaining(" answered 200") });
  },
);
