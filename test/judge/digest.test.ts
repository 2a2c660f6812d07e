/** When a digest is due, and what it says. */
import { describe, expect, test } from "vitest";
import type { Act } from "../../worker/judge/acts.ts";
import type { Confirmation } from "../../worker/judge/confirmation.ts";
import { type Digest, digestSlot } from "../../worker/judge/digest.ts";
import { everything } from "../../worker/judge/route.ts";
import { type DigestInput, sayDigest } from "../../worker/judge/say-digest.ts";
import type { CopySummary, IncidentSummary, SiteSummary } from "../../worker/judge/summary.ts";

const at = (text: string) => Date.parse(text);
const DAILY: Digest = { every: "daily", time: "07:00", zone: "Europe/Berlin" };
const WEEKLY: Digest = { ...DAILY, every: "weekly" };

describe("a digest is due", () => {
  test.each<[string, Digest, string | null, string, string | null]>([
    // Berlin is at UTC+1 in winter; 2026-11-23 is a Monday.
    ["when its slot comes", DAILY, "2026-11-23T05:59:00Z", "2026-11-23T06:00:00Z", "2026-11-23T06:00:00Z"],
    ["not a moment before", DAILY, "2026-11-23T05:58:00Z", "2026-11-23T05:59:59.999Z", null],
    ["once: not after the sweep that was at its slot", DAILY, "2026-11-23T06:00:00Z", "2026-11-23T06:01:00Z", null],
    ["again, when the sweep at it died", DAILY, "2026-11-23T05:59:00Z", "2026-11-23T06:02:00Z", "2026-11-23T06:00:00Z"],
    [
      "after days without a sweep: the newest",
      DAILY,
      "2026-11-20T05:00:00Z",
      "2026-11-23T12:00:00Z",
      "2026-11-23T06:00:00Z",
    ],
    ["not at the first sweep of all", DAILY, null, "2026-11-23T06:00:00Z", null],
    ["weekly on Mondays", WEEKLY, "2026-11-23T05:59:00Z", "2026-11-23T06:00:00Z", "2026-11-23T06:00:00Z"],
    ["weekly on no other day", WEEKLY, "2026-11-23T06:00:00Z", "2026-11-30T05:59:00Z", null],
    [
      "at seven by the wall in summer, too",
      DAILY,
      "2026-07-01T04:59:00Z",
      "2026-07-01T05:00:00Z",
      "2026-07-01T05:00:00Z",
    ],
    [
      "at a time that spring leaves out, when it is left out",
      { ...DAILY, time: "02:30" },
      "2026-03-29T00:59:00Z",
      "2026-03-29T01:00:00Z",
      "2026-03-29T01:00:00Z",
    ],
    [
      "at a time that comes twice, the first time",
      { ...DAILY, time: "02:30" },
      "2026-10-25T00:29:00Z",
      "2026-10-25T00:30:00Z",
      "2026-10-25T00:30:00Z",
    ],
    ["and not the second", { ...DAILY, time: "02:30" }, "2026-10-25T00:30:00Z", "2026-10-25T01:31:00Z", null],
  ])("%s", (_what, digest, last, now, slot) => {
    expect(digestSlot(digest, last === null ? null : at(last), at(now))).toBe(slot === null ? null : at(slot));
  });
});

const NOW = at("2026-11-23T06:00:30Z");
const HOUR = 3_600_000;
const fine = { code: "fine" as const };

function copyOf(dataset: string, tier: string, ageHours: number | null, more: Partial<CopySummary> = {}): CopySummary {
  const recoveryAt = ageHours === null ? null : NOW - ageHours * HOUR;
  const proof = { recoveryAt, proven: true, seenAt: recoveryAt, sampled: 20, matched: 20 };
  return {
    dataset,
    tier,
    status: "ok",
    reason: fine,
    windowSeconds: 30 * 3600,
    depth: null,
    feeds: [],
    ...proof,
    ...more,
  };
}

const incident: IncidentSummary = {
  id: "i",
  root: "job:corenas/sync",
  subject: "job:corenas/sync",
  severity: "critical",
  openedAt: NOW - 5 * HOUR,
  closedAt: null,
  reason: fine,
  silenced: false,
  acknowledged: true,
  snoozedUntil: null,
  flapping: false,
  blocked: [],
};

const home: SiteSummary = {
  name: "home",
  held: [],
  status: "ok",
  loss: "If the site were lost now: 6 h of photos.",
  losses: [],
  tiers: [
    { name: "fast", status: "ok" },
    { name: "offsite", status: "ok" },
  ],
  chains: [],
  copies: [copyOf("apps", "offsite", 5), copyOf("photos", "offsite", 6)],
  jobs: [],
  hosts: [],
  incidents: [{ ...incident, closedAt: NOW - HOUR }],
};

function said(
  site: Partial<SiteSummary> = {},
  more: Partial<DigestInput> & { faults?: string[]; confirmations?: Confirmation[] } = {},
) {
  const summary = {
    generatedAt: NOW,
    lastSweepAt: NOW,
    faults: more.faults ?? [],
    view: "owner" as const,
    blinds: [],
    deadLetters: [],
    confirmations: more.confirmations ?? [],
    sites: [{ ...home, ...site }],
  };
  const usual = { digest: DAILY, routing: everything("mail"), slot: NOW - 30_000, summary, acts: [], lost: [] };
  const { title, lines } = sayDigest({ ...usual, ...more });
  return { title, lines, text: lines.join("\n") };
}

describe("a digest says", () => {
  test("that all is well, and everything that shows it", () => {
    expect(said()).toMatchObject({
      title: "Daily digest: all is well",
      lines: [
        "home: ok. If the site were lost now: 6 h of photos.",
        "fast: ok.",
        "offsite: ok. Its oldest data: photos, 6 h old; 30 h are allowed.",
        "- apps in offsite: data of 2026-11-23 01:00 UTC, 5 h old; proven, 20 of 20 sampled files as they were, seen at 2026-11-23 01:00 UTC.",
        "- photos in offsite: data of 2026-11-23 00:00 UTC, 6 h old; proven, 20 of 20 sampled files as they were, seen at 2026-11-23 00:00 UTC.",
        "No incident is open at home.",
        "This comes each day at 07:00 (Europe/Berlin). If it does not, Tierwatch or this channel does not work: look at the status page, at its /healthz, and at the worker's logs.",
      ],
    });
  });

  test("of a tier the copy that used most of its window, not the oldest", () => {
    const copies = [copyOf("apps", "offsite", 20, { windowSeconds: 24 * 3600 }), copyOf("photos", "offsite", 30)];
    expect(said({ copies: [...copies, copyOf("docs", "offsite", 21)] }).text).toContain(
      "Its oldest data: photos, 30 h old",
    );
    expect(said({ copies: [copies[0] ?? copyOf("x", "y", 1), copyOf("docs", "offsite", 21)] }).text).toContain(
      "Its oldest data: apps, 20 h old; 24 h are allowed.",
    );
  });

  test("of a copy that nothing proves, that nothing does", () => {
    const { text } = said({
      copies: [copyOf("apps", "offsite", null), copyOf("docs", "offsite", 1, { proven: false })],
    });
    expect(text).toContain("offsite: ok. Its oldest data: apps, never seen there; 30 h are allowed.");
    expect(text).toContain("- apps in offsite: nothing proves that it can be recovered.");
    expect(text).toContain("1 h old; told by its job, not proven by a marker.");
  });

  test("what is open, since when, and why it is quiet", () => {
    const { title, text } = said({ status: "failed", incidents: [incident] });
    expect(title).toBe("Daily digest: 1 open incident");
    expect(text).toContain("Open since 2026-11-23 01:00 UTC: sync on corenas (critical, acknowledged).");
  });

  test("which silences and pauses hold, and not those that are over or to come", () => {
    const act = (id: string, fromAt: number, untilAt: number | null): Act => {
      const of = { id, site: "home", kind: "silence" as const, scope: `job:nas/${id}`, fromAt, untilAt, recurs: null };
      return of;
    };
    const acts = [act("now", 0, NOW + HOUR), act("over", 0, NOW), act("later", NOW + 1, null), act("ever", NOW, null)];
    const { lines } = said({}, { acts });
    expect(lines.filter((line) => line.startsWith("Silenced"))).toEqual([
      "Silenced until 2026-11-23 07:00 UTC: now on nas.",
      "Silenced until somebody ends it: ever on nas.",
    ]);
  });

  test("which channels are off, and which did not take what", () => {
    const lost = [{ channel: "phone", count: 3, error: "ntfy answered 403" }];
    const { title, text } = said({}, { lost, faults: ["CHANNELS.sms: kind must be …; this channel is off"] });
    expect(title).toBe("Daily digest: 2 to mend in Tierwatch");
    expect(text).toContain("To mend: CHANNELS.sms: kind must be …; this channel is off.");
    expect(text).toContain('Channel "phone" did not take 3 alerts, the last because: ntfy answered 403.');
  });

  test("in which channels somebody confirmed a drill", () => {
    const { lines } = said(
      {},
      {
        confirmations: [
          { channel: "mail", state: "confirmed", at: NOW - HOUR },
          { channel: "phone", state: "unconfirmed", at: null },
        ],
      },
    );
    expect(lines).toContain('Channel "mail": confirmed as of 2026-11-23 05:00 UTC.');
    expect(lines).toContain('Channel "phone": unconfirmed: no drill was sent yet.');
  });

  test("only of the sites and tiers that its channel hears of", () => {
    const none = said({}, { routing: { ...everything("mail"), sites: ["cabin"] } });
    expect(none.lines[0]).toBe('No site named cabin is watched: look at "sites" in this channel\'s table.');
    const some = said({}, { routing: { ...everything("mail"), tiers: ["fast"] } });
    expect(some.text).toContain("fast: ok.");
    expect(some.text).not.toContain("in offsite");
  });

  test("not more copies than one reads", () => {
    const copies = Array.from({ length: 45 }, (_, index) => copyOf(`d${index}`, "offsite", 1));
    const { lines } = said({ copies });
    expect(lines.filter((line) => line.startsWith("- d"))).toHaveLength(40);
    expect(lines).toContain("And 5 more copies, on the page.");
  });
});
