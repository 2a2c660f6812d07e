/** The entries of a channel's table that say what it hears: what they come to, and one sentence for each fault. */
import { env } from "cloudflare:workers";
import { describe, expect, test } from "vitest";
import { everything } from "../../worker/judge/route.ts";
import { readSettings, routingsOf } from "../../worker/settings.ts";

const EMAIL = { send: async () => ({ messageId: "1" }) };
const ZONE = "Europe/Berlin";
const mail = { kind: "email", from: "tierwatch@example.org", to: "me@example.org" };

const read = (entries: Record<string, unknown>) =>
  readSettings({ DB: env.DB, EMAIL, CHANNELS: { mail, phone: { ...mail, ...entries } } });
const phoneOf = (entries: Record<string, unknown>) =>
  routingsOf(read(entries)).find(({ channel }) => channel === "phone");

describe("a channel", () => {
  test("hears everything, at once, when its table says nothing of it", () => {
    expect(phoneOf({})).toEqual({
      channel: "phone",
      least: "notice",
      sites: null,
      tiers: null,
      quiet: null,
      afterMs: 0,
      batches: false,
      digest: null,
    });
  });

  test.each<[string, Record<string, unknown>, object]>([
    ["from a severity on", { least: "critical" }, { least: "critical" }],
    [
      "of sites and tiers",
      { sites: ["home"], tiers: ["archive", "offsite"] },
      { sites: ["home"], tiers: ["archive", "offsite"] },
    ],
    ["later", { after: "30m" }, { afterMs: 1_800_000 }],
    ["together", { batch: true }, { batches: true }],
    ["a minute later at least", { after: "60s" }, { afterMs: 60_000 }],
    ["a day later at most", { after: "24h" }, { afterMs: 86_400_000 }],
    [
      "outside of quiet hours, in a zone by its present name",
      { quiet: "22:05-07:00", zone: "europe/kiev" },
      { quiet: { from: 1325, until: 420, zone: "Europe/Kyiv" } },
    ],
    ["a digest at seven", { digest: "weekly", zone: ZONE }, { digest: { every: "weekly", time: "07:00", zone: ZONE } }],
    [
      "a digest when it likes",
      { digest: "daily", digest_at: "19:30", zone: ZONE },
      { digest: { every: "daily", time: "19:30", zone: ZONE } },
    ],
  ])("hears %s", (_what, entries, expected) => {
    expect(read(entries).faults).toEqual([]);
    expect(phoneOf(entries)).toEqual({ ...everything("phone"), ...expected });
  });
});

test("nobody waits for nobody: with after on every sound channel that is a fault, and they work", () => {
  const settings = readSettings({ DB: env.DB, EMAIL, CHANNELS: { phone: { ...mail, after: "30m" } } });
  expect(settings.faults).toEqual([
    "every channel waits (after): nobody is told at once, so nobody can acknowledge; let one have no after",
  ]);
  expect(settings.channels).toHaveLength(1);
});

const QUIET = 'quiet must be two different times of day, as in "22:00-07:00"';
const AFTER = 'after must be a duration from "1m" to "1d", as in "30m"';

test.each<[string, Record<string, unknown>, string]>([
  ["an unknown severity", { least: "urgent" }, 'least must be "notice", "warning" or "critical"'],
  ["a site that is no list", { sites: "home" }, 'sites must be a list of at least one name, as in ["home"]'],
  ["no sites", { sites: [] }, 'sites must be a list of at least one name, as in ["home"]'],
  ["names that are none", { tiers: ["", 3] }, 'tiers must be a list of at least one name, as in ["home"]'],
  ["one time", { quiet: "22:00", zone: ZONE }, QUIET],
  ["a time that is none", { quiet: "22:00-24:00", zone: ZONE }, QUIET],
  ["the same time twice", { quiet: "22:00-22:00", zone: ZONE }, QUIET],
  ["no text", { quiet: true, zone: ZONE }, QUIET],
  ["quiet without a zone", { quiet: "22:00-07:00" }, 'quiet needs a zone, as in zone = "Europe/Berlin"'],
  ["a zone for nothing", { zone: ZONE }, "zone says nothing without quiet or digest"],
  [
    "a misspelt zone",
    { quiet: "22:00-07:00", zone: "Europe/Berln" },
    'zone: there is no time zone "Europe/Berln"; did you mean "Europe/Berlin"?',
  ],
  ["an unknown digest", { digest: "monthly", zone: ZONE }, 'digest must be "daily" or "weekly"'],
  [
    "a digest at no time",
    { digest: "daily", digest_at: "7:00", zone: ZONE },
    'digest_at must be a time of day, as in "07:00"',
  ],
  ["a digest without a zone", { digest: "daily" }, 'digest needs a zone, as in zone = "Europe/Berlin"'],
  ["a time for no digest", { digest_at: "07:00" }, "digest_at says nothing without digest"],
  ["a number", { after: 30 }, AFTER],
  ["a duration in words", { after: "30 minutes" }, AFTER],
  ["less than a minute", { after: "59s" }, AFTER],
  ["more than a day", { after: "25h" }, AFTER],
  ["a batch of no kind", { batch: "1m" }, "batch must be true or false"],
  ["two faults", { least: "low", after: "1" }, `least must be "notice", "warning" or "critical"; ${AFTER}`],
  ["an entry misspelt", { leest: "critical" }, 'unknown "leest"'],
])("%s turns that channel off, and it alone", (_what, entries, fault) => {
  const settings = read(entries);
  expect(settings.faults).toEqual([`CHANNELS.phone: ${fault}; this channel is off`]);
  expect(settings.channels.map(({ name }) => name)).toEqual(["mail"]);
});
