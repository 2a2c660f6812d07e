/** The owner's pages: each form is there, does what it says, and says what is wrong; nobody else gets to them. */
import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, test } from "vitest";
import { type OwnedSite, ownedSite, trail } from "./owned-site.ts";
import { signedIn, tokenFor } from "./owner.ts";
import { type At, opened, posted, pressed } from "./owner-page.ts";
import { corenasPlan } from "./reference.ts";
import { beat, request, run, START, sendPlan, settingsWith, sweepAt } from "./support.ts";

const HOUR = 3_600_000;

let site: OwnedSite;
let at: At;
beforeEach(async () => {
  site = await ownedSite();
  at = { headers: site.anna, now: START + 2 * HOUR };
});

/** A job failed. */
async function incident(): Promise<void> {
  const job = corenasPlan.jobs[0]?.name ?? "";
  await beat(site.corenas, { runs: [run(job, 1, START + HOUR, { status: "failed", exitCode: 1 })] }, START + HOUR);
  await sweepAt(START + HOUR);
}

describe("an incident on the owner's page", () => {
  beforeEach(incident);

  test("is acknowledged, snoozed and noted, and the page says so", async () => {
    expect((await opened("/owner", at)).text).toContain("Open incident");
    const acked = await pressed("/owner", "/owner/incidents/acknowledge", {}, at);
    expect([acked.status, acked.text]).toEqual([200, expect.stringContaining("Acknowledged by anna")]);
    expect(acked.html).not.toContain('action="/owner/incidents/acknowledge"');
    expect((await pressed("/owner", "/owner/incidents/snooze", {}, at)).text).toContain(
      "Snoozed until 2026-11-24 04:00",
    );
    const noted = await pressed("/owner", "/owner/incidents/note", { note: "the <cable>" }, at);
    expect(noted.html).toContain("the &lt;cable&gt;</textarea>");
    expect(noted.text).toContain("then it reminds you. End the snooze");
    const ended = await pressed("/owner", "/owner/incidents/acknowledge", {}, { ...at, now: at.now + 1000 });
    expect(ended.text).toContain("no reminders until it changes");
    expect(ended.html).not.toContain('action="/owner/incidents/acknowledge"');
    expect(await trail()).toHaveLength(4);
  });

  test("is answered on its own page, too, which shows nobody else a form", async () => {
    const path = /href="(\/incidents\/[^"]*)"/.exec((await opened("/owner", at)).html)?.[1] ?? "";
    const anybody = await opened(path, { headers: {}, now: at.now });
    expect([anybody.status, anybody.html.includes("<form")]).toEqual([200, false]);
    const acked = await pressed(path, "/owner/incidents/acknowledge", {}, at);
    expect(acked.text).toContain("What you can do Acknowledged: no reminders until something about it changes.");
    expect(acked.text).toContain("What happened");
    expect((await pressed(path, "/owner/incidents/note", { note: "the cable" }, at)).html).toContain(
      "the cable</textarea>",
    );
  });

  test("that is over meanwhile is told so, and the note that is too long is kept to shorten", async () => {
    const note = "x".repeat(4001);
    const long = await pressed("/owner", "/owner/incidents/note", { note }, at);
    expect([long.status, long.text]).toEqual([400, expect.stringContaining("At most 4000.")]);
    expect(long.html).toContain(`${note}</textarea>`);
    const { id = "" } = (await env.DB.prepare("SELECT id FROM incidents").first<{ id: string }>()) ?? {};
    await env.DB.prepare("UPDATE incidents SET closed_at = ?").bind(START).run();
    const over = await posted("/owner/incidents/snooze", { id }, at);
    expect([over.status, over.text]).toEqual([409, expect.stringContaining("Nothing needs you now")]);
    expect(over.text).toContain("It is over: there is nothing left to do.");
  });
});

test("a plan that watches less is shown with what changed, and approved", async () => {
  const eased = { ...corenasPlan, beat: { ...corenasPlan.beat, graceSeconds: corenasPlan.beat.graceSeconds + 600 } };
  await sendPlan(site.corenas, eased, START + HOUR);
  expect((await opened("/owner", at)).text).toContain("grace of a beat");
  const approved = await pressed("/owner", "/owner/plans/approve", {}, at);
  expect(approved.text).toContain("Approved: the plan is as you mean it.");
  expect(approved.text).not.toContain("grace of a beat");
});

describe("silences and pauses", () => {
  test("begin, stand there, and are ended", async () => {
    const what = "home host:corenas";
    const path = "/owner/quiet";
    const once = await pressed(path, `${path}/silence`, { what, amount: "1,5", unit: "3600", note: "disk" }, at);
    expect(once.html).toContain('type="datetime-local"');
    expect(once.text).toContain("Silenced: its alerts are held back");
    expect(once.text).toMatch(/Silenced: host corenas Until 2026-11-23 05:30 UTC . “disk”/);
    const weekly = {
      what: "home tier:archive",
      cron: "0 2 * * 0",
      zone: "Europe/Berlin",
      amount: "90",
      unit: "60",
      note: "",
    };
    expect((await pressed(path, `${path}/recurring`, weekly, at)).text).toContain(
      "For 1 h 30 min at each 0 2 * * 0 in Europe/Berlin.",
    );
    const paused = await pressed(path, `${path}/pause`, { what: "home site", amount: "", unit: "60", note: "" }, at);
    expect(paused.text).toMatch(/Paused: the whole site home Until you end it/);
    for (let left = 3; left > 0; left--) await pressed(path, `${path}/end`, {}, at);
    expect((await opened(path, at)).text).toContain("Nothing: every watch is judged");
    expect(await trail()).toHaveLength(6);
  });

  test("are planned by the reader's own clock, and stand there as to come", async () => {
    const path = "/owner/quiet";
    const later = { what: "home host:corenas", amount: "2", unit: "3600", note: "", zone: "Europe/Berlin" };
    const planned = await pressed(path, `${path}/silence`, { ...later, from: "2026-12-24T20:00" }, at);
    expect(planned.text).toContain("Planned: it begins by itself");
    expect(planned.text).toContain("Nothing: every watch is judged");
    expect(planned.text).toMatch(
      /Planned silence: host corenas From 2026-12-24 19:00 UTC until 2026-12-24 21:00 UTC \./,
    );
    const pause = { ...later, from: "2026-07-01 06:30", amount: "" };
    const over = await posted(`${path}/pause`, { ...pause, amount: "1" }, at);
    expect([over.status, over.text]).toEqual([400, expect.stringContaining("It would be over already.")]);
    expect(over.html).toMatch(/aria-invalid="true"[^>]*name="from" value="2026-07-01 06:30"/);
    const paused = await pressed(path, `${path}/pause`, { ...pause, from: "2027-07-01 06:30" }, at);
    expect(paused.text).toContain("Planned pause: host corenas From 2027-07-01 04:30 UTC until you end it.");
    const begun = Date.parse("2026-12-24T19:30:00Z");
    const then = { headers: (await signedIn(begun)).headers, now: begun };
    expect((await opened(path, then)).text).toContain("Silenced: host corenas Until 2026-12-24 21:00 UTC");
  });

  test.each([
    // Skipped by the clocks in spring, and there twice in autumn.
    ["2027-03-28T02:30", "2027-03-28 01:00"],
    ["2026-10-25T02:30", "2027-08-21 00:30"],
  ])("begin when the clock of the zone first shows %s or later", async (from, utc) => {
    const body = { what: "home site", amount: "300", unit: "86400", note: "", zone: "europe/berlin", from };
    expect((await posted("/owner/quiet/silence", body, at)).text).toContain(utc);
  });

  test.each([
    ["silence", { from: "2026-02-30T20:00" }, "Write day and time", "from"],
    ["pause", { from: "at eight" }, "Write day and time", "from"],
    ["pause", { from: "2026-12-24T20:00", zone: "Berlin" }, "There is no time zone", "zone"],
    ["silence", { amount: "x" }, "Write a number", "amount"],
    ["silence", { amount: "" }, "Write a number", "amount"],
    ["silence", { amount: "0.5" }, "Write a number", "amount"],
    ["silence", { what: "home host:corenaz" }, "did you mean host:corenas?", "what"],
    ["silence", { what: "home corenas" }, "Write site, host:NAME", "what"],
    ["recurring", { zone: "Berlin" }, "Berlin", "zone"],
    ["recurring", { cron: "every day" }, "not a five-field cron expression", "cron"],
    ["pause", { amount: "9999", unit: "86400" }, "Write a number", "amount"],
  ])("are refused beside the field that is wrong: %s %j", async (form, wrong, why, field) => {
    const usual = {
      what: "home site",
      amount: "2",
      unit: "60",
      note: "my words",
      cron: "0 2 * * 0",
      zone: "UTC",
      from: "",
    };
    const answer = await posted(`/owner/quiet/${form}`, { ...usual, ...wrong }, at);
    expect([Math.floor(answer.status / 100), answer.text]).toEqual([4, expect.stringContaining(why)]);
    expect(answer.text).toContain("That was not done");
    expect(answer.html).toContain('value="my words"');
    expect(answer.html).toMatch(new RegExp(`aria-invalid="true"[^>]*name="${field}"`));
    expect(await trail()).toEqual([]);
  });
});

describe("nobody else", () => {
  const PATHS = [
    "",
    "/quiet",
    "/hosts",
    "/hosts/rotate",
    "/hosts/revoke",
    "/hosts/remove",
    "/channels",
    "/channels/browsers/remove",
    "/access",
    "/passkeys/remove",
    "/tokens/revoke",
    "/shares/revoke",
    "/record",
    "/export",
    "/export/parts",
  ].map((path) => `/owner${path}`);

  test.each(PATHS)("reads %s, and is led to sign in and back", async (path) => {
    const answer = await request(path, { redirect: "manual" }, START);
    expect(answer.headers.get("location")).toBe(`/sign-in?next=${encodeURIComponent(path)}`);
    expect((await opened(path, at)).headers.get("cache-control")).toBe("private, no-store");
  });

  test("acts: not who is signed out, not with a token that reads, not another site", async () => {
    const fields = { what: "home site", amount: "2", unit: "60", note: "" };
    const elsewhere = { ...site.anna, "sec-fetch-site": "same-site" };
    const token = (await tokenFor("read", START)).headers;
    for (const [headers, status, words] of [
      [{ "sec-fetch-site": "same-origin" }, 401, "You are signed out"],
      [elsewhere, 403, "That did not come from here"],
      [token, 403, "You may look, not act"],
    ] as const) {
      const answer = await posted("/owner/quiet/silence", fields, { ...at, headers });
      expect([answer.status, answer.text]).toEqual([status, expect.stringContaining(words)]);
      expect(answer.text).not.toContain("corenas");
    }
    expect((await site.as("listActs", { params: { site: "home" } })).said).toEqual({ acts: [] });
  });
});

test("the front page says who is signed in, and leads there or to sign in", async () => {
  expect((await opened("/", at)).text).toContain("Signed in as anna Sign out");
  const anybody = await opened("/", { headers: {}, now: START, settings: settingsWith([]) });
  expect(anybody.html).toContain('<a href="/sign-in?next=/owner">Sign in</a>');
  const out = await posted("/owner/sign-out", {}, at);
  expect(out.text).toContain("Sign in");
  expect((await request("/v1/session", { headers: site.anna }, at.now)).status).toBe(401);
});

test("only pages with forms may post, and only to where they came from", async () => {
  const policy = async (path: string) => (await opened(path, at)).headers.get("content-security-policy");
  expect(await policy("/owner/quiet")).toContain("form-action 'self'");
  expect(await policy("/incidents/home/job:a/b@1")).toContain("form-action 'self'");
  expect(await policy("/")).toContain("form-action 'none'");
});
