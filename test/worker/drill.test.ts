/** The monthly drill: once a month through every channel, and each is proven only by somebody who confirms it there. */
import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, test } from "vitest";
import { putDrillWhenDue } from "../../worker/drill.ts";
import { confirmationsOf, type Drilled } from "../../worker/judge/confirmation.ts";
import { drillSlot, sayDrill } from "../../worker/judge/drill.ts";
import { tokenOf } from "../../worker/links.ts";
import type { Settings } from "../../worker/settings.ts";
import { sweep } from "../../worker/sweep.ts";
import { clocksRanUntil, db, emptyDatabase, type Mail, request, settingsWith } from "./support.ts";

const MINUTE = 60_000;
const DAY = 86_400_000;
const SECRET = Uint8Array.from({ length: 32 }, (_, i) => (i * 37) % 256);
/** Nine o'clock in Berlin, the first of December and of January. */
const DECEMBER = Date.parse("2026-12-01T08:00:00Z");
const JANUARY = Date.parse("2027-01-01T08:00:00Z");

let mails: Mail[];

beforeEach(async () => {
  await emptyDatabase();
  mails = [];
});

function settings(more: Partial<Settings> = {}): Settings {
  const drill = { zone: "Europe/Berlin" };
  const pageUrl = "https://tierwatch.example/";
  const [mail] = settingsWith(mails).channels;
  if (mail === undefined) throw new Error("there is one channel");
  const channels = [mail, { ...mail, name: "phone" }];
  return { ...settingsWith([]), channels, linkSecret: SECRET, drill, pageUrl, ...more };
}

/** A first sweep of all, which no drill can precede, and then one each five minutes from `from` to `to`. */
async function sweeps(from: number, to: number, with_ = settings()): Promise<void> {
  await sweep(db, with_, from, "cron");
  for (let at = from + 5 * MINUTE; at <= to; at += 5 * MINUTE) {
    await clocksRanUntil(at);
    await sweep(db, with_, at, "cron");
  }
}

const links = () =>
  mails.flatMap(({ text }) => /This test arrived: https:\/\/tierwatch\.example(\S+)/.exec(text)?.[1] ?? []);
const press = (path: string, now: number) => request(path, { method: "POST", redirect: "manual" }, now, settings());
const look = async (path: string, now: number) => (await request(path, {}, now, settings())).text();

async function channels(now: number) {
  const answer = await request("/status.json", {}, now, settings());
  const body: { readonly channels: unknown } = await answer.json();
  return body.channels;
}

describe("a drill", () => {
  test("comes at nine on the first in its zone, once, through each channel with a link of its own", async () => {
    await sweeps(DECEMBER - 10 * MINUTE, DECEMBER - 5 * MINUTE);
    expect(mails).toEqual([]);
    await sweeps(DECEMBER, DECEMBER + 30 * MINUTE);
    expect(mails.map(({ subject }) => subject).sort()).toEqual([
      "Monthly drill of the channel mail: did this arrive?",
      "Monthly drill of the channel phone: did this arrive?",
    ]);
    expect(new Set(links()).size).toBe(2);
  });

  test("is put once by two sweeps that meet, and by one that died and is made again", async () => {
    const twice = [DECEMBER, DECEMBER + 1].map((now) => putDrillWhenDue(db, settings(), DECEMBER - MINUTE, now));
    await Promise.all(twice);
    await putDrillWhenDue(db, settings(), DECEMBER - MINUTE, DECEMBER + 10 * MINUTE);
    const { results } = await env.DB.prepare("SELECT id FROM deliveries ORDER BY id").all();
    expect(results).toEqual([{ id: `drill@${DECEMBER}/drill/mail` }, { id: `drill@${DECEMBER}/drill/phone` }]);
  });

  test("is not sent where it is not set", async () => {
    await sweeps(DECEMBER - 5 * MINUTE, DECEMBER + 10 * MINUTE, settings({ drill: null }));
    expect(mails).toEqual([]);
  });

  test.each([{ linkSecret: null }, { pageUrl: null }])(
    "without what links need says that it cannot ask: %o",
    async (lacks) => {
      await sweeps(DECEMBER - 5 * MINUTE, DECEMBER + 10 * MINUTE, settings(lacks));
      expect(mails).toHaveLength(2);
      expect(mails[0]?.text).toContain("Nobody can confirm it: Tierwatch needs LINK_SECRET and PAGE_URL");
      expect(links()).toEqual([]);
    },
  );

  test("has a subject under 80 characters, whatever the channel is called", () => {
    expect(sayDrill("x".repeat(200), DECEMBER, true, DECEMBER).title.length).toBeLessThan(80);
  });
});

describe("a channel", () => {
  test("is unconfirmed until somebody confirms the drill in it, and then confirmed as of that time", async () => {
    expect(await channels(DECEMBER)).toEqual([
      { name: "mail", state: "unconfirmed", unconfirmedSince: null },
      { name: "phone", state: "unconfirmed", unconfirmedSince: null },
    ]);
    await sweeps(DECEMBER - 5 * MINUTE, DECEMBER + 10 * MINUTE);
    const [first = ""] = links();
    expect(await look(first, DECEMBER + 15 * MINUTE)).toContain("This test arrived</button>");
    expect(await channels(DECEMBER + 15 * MINUTE)).toMatchObject([{ state: "unconfirmed" }, { state: "unconfirmed" }]);
    expect((await press(first, DECEMBER + 20 * MINUTE)).status).toBe(303);
    expect(await channels(DECEMBER + 30 * MINUTE)).toEqual([
      { name: "mail", state: "confirmed", confirmedAt: "2026-12-01T08:20:00.000Z" },
      { name: "phone", state: "unconfirmed", unconfirmedSince: "2026-12-01T08:00:00.000Z" },
    ]);
    const page = await look("/", DECEMBER + 30 * MINUTE);
    expect(page).toContain("Do alerts arrive?");
    expect(page).toContain("unconfirmed: nobody confirmed a drill since");
  });

  test("is confirmed once: a second press moves nothing, and the page says when it was", async () => {
    await sweeps(DECEMBER - 5 * MINUTE, DECEMBER + 10 * MINUTE);
    const [first = ""] = links();
    for (const at of [DECEMBER + 20 * MINUTE, DECEMBER + 40 * MINUTE]) await press(first, at);
    expect(await channels(DECEMBER + DAY)).toMatchObject([{ confirmedAt: "2026-12-01T08:20:00.000Z" }, {}]);
    const text = await look(first, DECEMBER + DAY);
    expect(text).toContain("Confirmed at Tue 2026-12-01 08:20 UTC");
    expect(text).not.toContain("<button");
  });

  test("is not confirmed by the link of an older drill", async () => {
    await sweeps(DECEMBER - 5 * MINUTE, DECEMBER + 10 * MINUTE);
    await sweeps(JANUARY - 5 * MINUTE, JANUARY + 10 * MINUTE);
    const claim = {
      action: "confirm" as const,
      subject: `drill@${DECEMBER}`,
      channel: "mail",
      expiresAt: JANUARY + DAY,
    };
    const old = `/act/${await tokenOf(SECRET, claim)}`;
    await press(old, JANUARY + 20 * MINUTE);
    expect(await channels(JANUARY + 20 * MINUTE)).toMatchObject([
      { name: "mail", state: "unconfirmed", unconfirmedSince: "2026-12-01T08:00:00.000Z" },
      { name: "phone", state: "unconfirmed" },
    ]);
    expect(await look(old, JANUARY + 20 * MINUTE)).toContain("This link is of an older one.");
  });

  const drilled = (more: Partial<Drilled>): Drilled[] => [
    { channel: "mail", sentAt: JANUARY, confirmedAt: DECEMBER + 1, openSinceAt: JANUARY, ...more },
  ];
  test.each([
    ["confirmed", drilled({ openSinceAt: null }), JANUARY + 30 * DAY, { state: "confirmed", at: DECEMBER + 1 }],
    ["waiting for three days less a bit", drilled({}), JANUARY + 3 * DAY - 1, { state: "confirmed", at: DECEMBER + 1 }],
    ["waiting for three days", drilled({}), JANUARY + 3 * DAY, { state: "unconfirmed", at: JANUARY }],
    ["never confirmed", drilled({ confirmedAt: null }), JANUARY, { state: "unconfirmed", at: JANUARY }],
    ["never drilled", [], JANUARY, { state: "unconfirmed", at: null }],
  ])("whose last drill is %s", (_what, known, now, confirmation) => {
    expect(confirmationsOf(["mail"], known, now)).toEqual([{ channel: "mail", ...confirmation }]);
  });
});

test.each([
  ["before the slot", DECEMBER - 2 * MINUTE, DECEMBER - 1, null],
  ["at the slot", DECEMBER - 2 * MINUTE, DECEMBER, DECEMBER],
  ["after it was seen", DECEMBER, DECEMBER + MINUTE, null],
  ["after standing still over two", DECEMBER - MINUTE, JANUARY + MINUTE, JANUARY],
  ["at the first sweep of all", null, DECEMBER, null],
])("a drill is due %s", (_when, last, now, slot) => {
  expect(drillSlot("Europe/Berlin", last, now)).toBe(slot);
});
