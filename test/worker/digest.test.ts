/** Digests through the worker's own sweep and database: once a slot, whatever happens to the sweeps. */
import { env } from "cloudflare:workers";
import { beforeEach, expect, test } from "vitest";
import type { Channel } from "../../worker/channels/kinds.ts";
import { putDigests } from "../../worker/digest.ts";
import { everything, type Routing } from "../../worker/judge/route.ts";
import { sweep } from "../../worker/sweep.ts";
import { HOUR, MINUTE, night, referenceSite } from "./reference.ts";
import { clocksRanUntil, db, emptyDatabase, type Mail, START, settingsWith } from "./support.ts";

/** Five hours after the start. */
const SEVEN = START + 5 * HOUR;
const DAILY = { every: "daily" as const, time: "07:00", zone: "UTC" };
const DAY = 24 * HOUR;

let mails: Mail[];

beforeEach(async () => {
  await emptyDatabase();
  mails = [];
  const site = await referenceSite(START);
  await night(site, START + HOUR, { seq: 1 });
});

function settings(more: Partial<Routing> = {}) {
  const sender = { send: async ({ subject, text }: Mail) => void mails.push({ subject, text }) };
  const fields = { kind: "email" as const, from: "tierwatch@example.org", to: "me@example.org" };
  const routing = { ...everything("mail"), least: "critical" as const, digest: DAILY, ...more };
  const channel: Channel = { ...fields, name: "mail", sender, routing };
  return { ...settingsWith([]), channels: [channel] };
}

async function sweepAt(now: number, more: Partial<Routing> = {}): Promise<void> {
  await clocksRanUntil(now);
  await sweep(db, settings(more), now, "cron");
}

const digests = () => mails.filter(({ subject }) => subject.startsWith("Daily digest"));

test("a digest is mailed after its slot, once, by the sweeps around it", async () => {
  for (let at = SEVEN - 2 * MINUTE; at <= SEVEN + 5 * MINUTE; at += MINUTE) await sweepAt(at);
  expect(digests()).toHaveLength(1);
  const text = digests()[0]?.text ?? "";
  expect(text).toContain("If the site were lost now: ");
  expect(text).toMatch(/- photos in offsite: data of .*; proven, 20 of 20 sampled files as they were/);
  expect(text).toContain("This comes each day at 07:00 (UTC).");
});

test("the next slot has a digest of its own", async () => {
  await sweepAt(SEVEN - MINUTE);
  await sweepAt(SEVEN);
  await sweepAt(SEVEN + DAY);
  await sweepAt(SEVEN + DAY + MINUTE);
  expect(digests()).toHaveLength(2);
});

test("two sweeps that meet write one", async () => {
  await Promise.all([1, 2].map((late) => putDigests(db, settings(), SEVEN - MINUTE, SEVEN + late)));
  expect(await env.DB.prepare("SELECT id FROM deliveries WHERE kind = 'digest'").all()).toMatchObject({
    results: [{ id: `digest@${SEVEN}/digest/mail` }],
  });
});

test("a sweep that died after it wrote one leaves it to the next, which writes no other", async () => {
  await sweepAt(SEVEN - MINUTE);
  await putDigests(db, settings(), SEVEN - MINUTE, SEVEN);
  await sweepAt(SEVEN + MINUTE);
  await sweepAt(SEVEN + 2 * MINUTE);
  expect(digests()).toHaveLength(1);
});

test("after days without a sweep one comes, not one for each day", async () => {
  await sweepAt(SEVEN - MINUTE);
  await sweep(db, settings(), SEVEN + 3 * DAY + HOUR, "cron");
  await sweepAt(SEVEN + 3 * DAY + HOUR + MINUTE);
  expect(digests()).toHaveLength(1);
});

test("it comes in quiet hours, too: the hour was chosen", async () => {
  const quiet = { from: 0, until: 12 * 60, zone: "UTC" };
  await sweepAt(SEVEN - MINUTE, { quiet });
  await sweepAt(SEVEN, { quiet });
  await sweepAt(SEVEN + MINUTE, { quiet });
  expect(digests()).toHaveLength(1);
});

test("it says of a push channel that nobody subscribed to it", async () => {
  const keys = { subject: "mailto:me@example.org", public_key: "p", private_key: "k" };
  const phones: Channel = { kind: "push", name: "phones", allowPrivate: false, ...keys };
  const { channels, ...rest } = settings();
  await putDigests(db, { ...rest, channels: [...channels, phones] }, SEVEN - MINUTE, SEVEN);
  await sweepAt(SEVEN);
  expect(digests()[0]?.text).toMatch(/To mend: CHANNELS\.phones: nobody subscribed/);
});

test("it names the channel that did not take an alert since the last one, by its own name", async () => {
  const put = env.DB.prepare(`
    INSERT INTO deliveries (id, site, incident_id, kind, channel, alert, state, created_at, attempts, last_error, done_at)
    VALUES (?, 'home', 'i', 'opened', ?, '{}', ?, ${START}, 1, ?, ?)`);
  await env.DB.batch([
    put.bind("a", "phones/a", "refused", "gone", SEVEN - 2 * HOUR),
    put.bind("b", "phones/b", "expired", "no answer", SEVEN - HOUR),
    put.bind("c", "phones/a", "delivered", "late", SEVEN - MINUTE),
    put.bind("d", "phones/a", "refused", "long ago", SEVEN - DAY),
  ]);
  await sweepAt(SEVEN - MINUTE);
  await sweepAt(SEVEN);
  await sweepAt(SEVEN + MINUTE);
  expect(digests()[0]?.text).toContain('Channel "phones" did not take 2 alerts, the last because: no answer.');
});
