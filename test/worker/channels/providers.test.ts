/** What each provider is sent for each kind of alert, by its own documentation. */
import { afterEach, describe, expect, test, vi } from "vitest";
import { send } from "../../../worker/channels/send.ts";
import type { Alert } from "../../../worker/judge/say.ts";
import {
  apprise,
  DISCORD,
  discord,
  KEY,
  ntfy,
  pushover,
  resend,
  SLACK,
  slack,
  table,
  telegram,
  USER,
  YES,
} from "./direct.ts";
import { answer, HOSTILE, message, NOW, opened, PAGE, provider, sentBy } from "./support.ts";

afterEach(() => void vi.restoreAllMocks());

describe("ntfy", () => {
  test("gets its JSON form at the server's root, with the page on tap and as a button", async () => {
    const sent = await sentBy(ntfy, {}, YES.ntfy);
    expect(sent).toMatchObject({
      outcome: { kind: "delivered" },
      method: "POST",
      url: "https://ntfy.sh/",
      redirect: "manual",
    });
    expect(sent.headers.get("authorization")).toBe("Bearer tk_hush");
    expect(sent.body).toEqual({
      topic: "hush-topic",
      title: opened.title,
      message: opened.lines.join("\n"),
      priority: 5,
      tags: ["rotating_light", "home"],
      click: PAGE,
      actions: [{ action: "view", label: "Status page", url: PAGE }],
    });
  });

  test.each(table([5, 4, 5, 4, 3, 3, 2]))("%s has its priority", async (_what, alert, priority) => {
    expect((await sentBy(ntfy, alert, YES.ntfy)).body.priority).toBe(priority);
  });

  test("is sent without a token where there is none, and without a link where there is no page", async () => {
    const sent = provider(YES.ntfy);
    await send({ kind: "ntfy", name: "n", server: "https://ntfy.sh", topic: "t" }, message({}, null));
    expect(sent[0]?.request.headers.has("authorization")).toBe(false);
    expect(sent[0]?.text).not.toMatch(/click|actions/);
  });

  test("gets at most 4096 bytes, cut between characters", async () => {
    const { body } = await sentBy(ntfy, { lines: ["→😀".repeat(2000)] }, YES.ntfy);
    const bytes = new TextEncoder().encode(body.message).byteLength;
    expect(bytes).toBeLessThanOrEqual(4096);
    expect(bytes).toBeGreaterThan(4080);
    expect(body.message).toMatch(/[→😀]…$/u);
    expect(body.message.isWellFormed()).toBe(true);
  });
});

describe("Pushover", () => {
  const form = async (alert: Partial<Alert>, channel = pushover) => {
    const sent = provider(YES.pushover);
    const outcome = await send(channel, message(alert));
    return {
      outcome,
      sent: sent.map(({ request, text }) => ({ to: request.url, ...Object.fromEntries(new URLSearchParams(text)) })),
    };
  };

  test("rings for an emergency until it is acknowledged, for three hours, under the incident's tag", async () => {
    expect(await form({})).toEqual({
      outcome: { kind: "delivered" },
      sent: [
        {
          to: "https://api.pushover.net/1/messages.json",
          token: KEY,
          user: USER,
          title: opened.title,
          message: opened.lines.join("\n"),
          timestamp: String(NOW / 1000),
          priority: "2",
          retry: "60",
          expire: "10800",
          tags: expect.stringMatching(/^incident-[0-9a-f]{32}$/),
          url_title: "Status page",
          url: PAGE,
        },
      ],
    });
  });

  test("stops ringing when the incident is over, and then says so", async () => {
    const sent = provider(YES.pushover);
    await send(pushover, message({}));
    const tag = new URLSearchParams(sent[0]?.text).get("tags");
    await send(pushover, message({ kind: "closed" }));
    const asked = sent.map(({ request }) => request.url);
    expect(asked[1]).toBe(`https://api.pushover.net/1/receipts/cancel_by_tag/${tag}.json`);
    expect(asked[2]).toBe("https://api.pushover.net/1/messages.json");
    expect(sent[1]?.text).toBe(`token=${KEY}`);
  });

  test("is asked again about the end when it could not stop ringing", async () => {
    const sent = provider(answer(500));
    expect(await send(pushover, message({ kind: "closed" }))).toMatchObject({ kind: "retry" });
    expect(sent).toHaveLength(1);
  });

  test.each(table(["2", "0", "2", "0", "0", "0", "-1"]))("%s has its priority", async (_what, alert, priority) => {
    expect((await form(alert)).sent.at(-1)).toMatchObject({ priority });
  });

  test("never rings when the channel does not ask for emergencies", async () => {
    const { sent } = await form({}, { ...pushover, kind: "pushover", token: KEY, user: USER, emergency: false });
    expect(sent).toEqual([expect.objectContaining({ priority: "1" })]);
    expect(sent[0]).not.toHaveProperty("retry");
  });

  test("gets at most 1024 characters as it counts them", async () => {
    const { sent } = await form({ lines: ["😀".repeat(1500)] });
    expect(sent[0]).toMatchObject({ message: `${"😀".repeat(1023)}…` });
  });

  test("gets the title where there are no lines: a message may not be empty", async () => {
    expect((await form({ lines: [] })).sent[0]).toMatchObject({ message: opened.title });
  });
});

describe("Telegram", () => {
  test("gets HTML with a button, and makes no preview of any link", async () => {
    const sent = await sentBy(telegram, {}, YES.telegram);
    expect(sent.url).toBe("https://api.telegram.org/bot123:hush/sendMessage");
    expect(sent.body).toEqual({
      chat_id: "-100123",
      text: `<b>${opened.title}</b>\n\n${opened.lines.join("\n")}`,
      parse_mode: "HTML",
      link_preview_options: { is_disabled: true },
      disable_notification: false,
      reply_markup: { inline_keyboard: [[{ text: "Status page", url: PAGE }]] },
    });
  });

  test.each(table([false, false, false, false, false, false, true]))(
    "%s is silent or not",
    async (_what, alert, silent) => {
      expect((await sentBy(telegram, alert, YES.telegram)).body.disable_notification).toBe(silent);
    },
  );

  test("reads no markup in what a tool printed, and the cut breaks no escape", async () => {
    const { body } = await sentBy(telegram, { title: HOSTILE, lines: [HOSTILE, "&".repeat(5000)] }, YES.telegram);
    expect(body.text.length).toBeLessThanOrEqual(4096);
    expect(body.text.replace(/^<b>|<\/b>/g, "")).not.toMatch(/[<>]|&(?!amp;|lt;|gt;|quot;)/);
    expect(body.text).not.toContain("\u202E");
    expect(body.text.isWellFormed()).toBe(true);
  });
});

describe("Slack", () => {
  test("gets a header, the lines as plain text, and a button", async () => {
    const sent = await sentBy(slack, {}, YES.slack);
    expect(sent.url).toBe(SLACK);
    expect(sent.body).toEqual({
      text: `Critical: ${opened.title}`,
      blocks: [
        { type: "header", text: { type: "plain_text", text: opened.title, emoji: false } },
        { type: "section", text: { type: "plain_text", text: opened.lines.join("\n"), emoji: false } },
        {
          type: "actions",
          elements: [{ type: "button", text: { type: "plain_text", text: "Status page" }, url: PAGE }],
        },
      ],
      unfurl_links: false,
    });
  });

  test.each(table(["Critical", "Warning", "Still critical", "Notice", "Notice", "Test", "Over"]))(
    "%s begins with its word",
    async (_what, alert, word) => {
      expect((await sentBy(slack, alert, YES.slack)).body.text).toMatch(new RegExp(`^${word}: `));
    },
  );

  test("mentions nobody, whatever a tool printed", async () => {
    const { body } = await sentBy(slack, { title: HOSTILE, lines: ["<!channel>".repeat(500)] }, YES.slack);
    expect(body.text).not.toMatch(/[<>]/);
    expect(body.blocks[0].text.text.length).toBeLessThanOrEqual(150);
    expect(body.blocks[1].text.text.length).toBeLessThanOrEqual(3000);
  });
});

describe("Discord", () => {
  test("gets one embed, and may mention nobody", async () => {
    const sent = await sentBy(discord, {}, YES.discord);
    expect(sent.url).toBe(DISCORD);
    expect(sent.body).toMatchObject({
      content: "Critical",
      embeds: [{ color: 0xc0392b, timestamp: "2026-11-23T02:14:00.000Z", url: PAGE }],
      allowed_mentions: { parse: [] },
    });
  });

  test.each(table([0xc0392b, 0xd68910, 0xc0392b, 0xd68910, 0x566573, 0x566573, 0x1e8449]))(
    "%s has its colour",
    async (_what, alert, color) => {
      expect((await sentBy(discord, alert, YES.discord)).body.embeds[0].color).toBe(color);
    },
  );

  test("reads no markup in what a tool printed, within its limits", async () => {
    const { body } = await sentBy(discord, { title: HOSTILE.repeat(9), lines: ["*".repeat(5000)] }, YES.discord);
    const [{ title, description }] = body.embeds;
    expect(title.length).toBeLessThanOrEqual(256);
    expect(description.length).toBeLessThanOrEqual(4096);
    expect(description).toMatch(/^(\\\*)+…$/);
    expect(title).toContain("\\<b\\>");
  });
});

describe("Apprise", () => {
  test("gets text for the services behind one key and tag", async () => {
    const sent = await sentBy(apprise, {}, YES.apprise);
    expect(sent.url).toBe("https://a.example/x/notify/hush-key");
    expect(sent.body).toEqual({
      title: opened.title,
      body: `${opened.lines.join("\n")}\n\nStatus page: ${PAGE}`,
      type: "failure",
      format: "text",
      tag: "me",
    });
  });

  test.each(table(["failure", "warning", "failure", "warning", "info", "info", "success"]))(
    "%s has its type",
    async (_what, alert, type) => {
      expect((await sentBy(apprise, alert, YES.apprise)).body.type).toBe(type);
    },
  );
});

describe("Resend", () => {
  test("gets both bodies, the thread, and a key that stays the same over tries", async () => {
    const sent = provider(answer(500), YES.resend);
    await send(resend, message());
    await send(resend, { ...message(), now: NOW + 15_000 });
    const [first, second] = sent;
    expect(first?.request.url).toBe("https://api.resend.com/emails");
    expect(first?.request.headers.get("authorization")).toBe("Bearer re_hush");
    expect(first?.request.headers.get("idempotency-key")).toMatch(/^[0-9a-f]{32}$/);
    expect(second?.request.headers.get("idempotency-key")).toBe(first?.request.headers.get("idempotency-key"));
    expect(JSON.parse(first?.text ?? "")).toMatchObject({
      from: "t@example.org",
      to: ["me@example.org"],
      subject: opened.title,
      headers: { References: expect.stringMatching(/^<incident\.[0-9a-f]{32}@example\.org>$/) },
    });
  });

  test("gets another key with another content, which it would refuse under the same", async () => {
    const sent = provider(YES.resend);
    await send(resend, message());
    await send(resend, message({}, null));
    const keys = sent.map(({ request }) => request.headers.get("idempotency-key"));
    expect(new Set(keys).size).toBe(2);
  });
});
