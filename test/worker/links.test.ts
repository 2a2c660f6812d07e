/** Links in alerts: only a person's press acts, once, on the one thing the link was made for, and only while it is good. */
import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, test } from "vitest";
import { tokenOf } from "../../worker/links.ts";
import { incidentOfId } from "../../worker/store/answers.ts";
import { openDatabase } from "../../worker/store/database.ts";
import { sweep } from "../../worker/sweep.ts";
import { beforeBatches } from "./between.ts";
import { attention, claim, DAY, INCIDENT, opened, SECRET, settings, untouched, visit } from "./link.ts";
import { corenasPlan } from "./reference.ts";
import {
  beat,
  clocksRanUntil,
  db,
  emptyDatabase,
  enrolled,
  request,
  run,
  START,
  settingsWith,
  sweepAt,
} from "./support.ts";

beforeEach(emptyDatabase);

describe("what loads a link changes nothing:", () => {
  test.each(["ack", "snooze"] as const)("GET and HEAD of %s", async (action) => {
    await opened();
    const token = await tokenOf(SECRET, claim({ action }));
    for (const method of ["GET", "HEAD", "GET"]) expect((await visit(method, token, START)).status).toBe(200);
    expect(await attention()).toMatchObject(untouched);
  });

  test.each(["PUT", "DELETE", "PATCH", "OPTIONS"])("%s is refused", async (method) => {
    await opened();
    expect((await visit(method, await tokenOf(SECRET, claim()), START)).status).toBe(405);
    expect(await attention()).toMatchObject(untouched);
  });

  test("the page says what it is, how it stands, and has one button that posts", async () => {
    await opened();
    const { text, headers } = await visit("GET", await tokenOf(SECRET, claim()), START + 3_600_000);
    expect(text).toContain("sync on nas failed: no such pool");
    expect(text).toContain("1 h ago");
    expect(text.match(/<form method="post">/g)).toHaveLength(1);
    expect(text.match(/<button type="submit">Acknowledge<\/button>/g)).toHaveLength(1);
    expect(text).not.toContain("<script");
    expect(headers.get("content-security-policy")).toContain("form-action 'self'");
    expect(headers.get("content-security-policy")).toContain("default-src 'none'");
    expect(headers.get("referrer-policy")).toBe("no-referrer");
    expect(headers.get("cache-control")).toBe("no-store");
  });
});

describe("the press of a button", () => {
  test("acknowledges, in the name of the channel whose link it was, and shows that", async () => {
    await opened();
    const token = await tokenOf(SECRET, claim());
    const { status, headers } = await visit("POST", token, START + 1000);
    expect([status, headers.get("location")]).toEqual([303, `/act/${token}`]);
    expect(await attention()).toMatchObject({ ackedAt: START + 1000, ackedBy: "link in mail" });
    const { text } = await visit("GET", token, START + 2000);
    expect(text).toContain("Acknowledged: no reminders until it changes.");
    expect(text).not.toContain("<button");
  });

  test("acknowledges once: the second press leaves the first one's time and name", async () => {
    await opened();
    await visit("POST", await tokenOf(SECRET, claim()), START + 1000);
    await visit("POST", await tokenOf(SECRET, claim({ channel: "phone" })), START + 5000);
    expect(await attention()).toMatchObject({ ackedAt: START + 1000, ackedBy: "link in mail" });
  });

  test("snoozes for a day from then, and a second press does not move the end", async () => {
    await opened();
    const token = await tokenOf(SECRET, claim({ action: "snooze" }));
    for (const at of [START + 1000, START + 2000, START + DAY]) await visit("POST", token, at);
    const until = START + 1000 + DAY;
    expect(await attention()).toMatchObject({ snoozedUntil: until, dueAt: until, ackedAt: null });
    const { text } = await visit("GET", token, START + 2000);
    expect(text).toContain("Snoozed until Tue 2026-11-24 02:00 UTC.");
    expect(text).not.toContain("<button");
  });

  test("may snooze again when the snooze is over", async () => {
    await opened();
    const token = await tokenOf(SECRET, claim({ action: "snooze" }));
    for (const at of [START, START + DAY]) await visit("POST", token, at);
    expect(await attention()).toMatchObject({ snoozedUntil: START + 2 * DAY });
  });

  test("acknowledges what was snoozed: no reminder comes at the end of the snooze", async () => {
    await opened();
    await visit("POST", await tokenOf(SECRET, claim({ action: "snooze" })), START);
    await visit("POST", await tokenOf(SECRET, claim()), START + 1);
    expect(await attention()).toMatchObject({ snoozedUntil: null, ackedAt: START + 1 });
  });

  test("acknowledges again what was snoozed since, in the first one's name", async () => {
    await opened();
    const ack = await tokenOf(SECRET, claim());
    await visit("POST", ack, START);
    await visit("POST", await tokenOf(SECRET, claim({ action: "snooze" })), START + 1000);
    expect((await visit("GET", ack, START + 2000)).text).toContain("<button");
    await visit("POST", ack, START + 3000);
    expect(await attention()).toMatchObject({ snoozedUntil: null, ackedAt: START });
    expect((await visit("GET", ack, START + 4000)).text).toContain("Acknowledged: no reminders until it changes.");
  });

  test.each(["ack", "snooze"] as const)("about what is over changes nothing, and says so: %s", async (action) => {
    await opened();
    await env.DB.prepare("UPDATE incidents SET closed_at = ?")
      .bind(START + 60_000)
      .run();
    const token = await tokenOf(SECRET, claim({ action }));
    expect((await visit("POST", token, START + 120_000)).status).toBe(303);
    expect(await attention()).toMatchObject({ ...untouched, closedAt: START + 60_000 });
    const { text } = await visit("GET", token, START + 120_000);
    expect(text).toContain("It is over since Mon 2026-11-23 02:01 UTC.");
    expect(text).not.toContain("<button");
  });

  test("about what nothing is kept of any more says so", async () => {
    const { status, text } = await visit("POST", await tokenOf(SECRET, claim()), START);
    expect(status).toBe(410);
    expect(text).toContain("This is long over");
  });

  test("concerns the one incident the link was made for", async () => {
    await opened();
    await env.DB.prepare("UPDATE incidents SET root = 'job:nas/other'").run();
    await opened("home/job:nas/sync@2");
    await visit("POST", await tokenOf(SECRET, claim()), START);
    const { results } = await env.DB.prepare(
      "SELECT id, acked_at IS NOT NULL AS acked FROM incidents ORDER BY id",
    ).all();
    expect(results).toEqual([
      { id: INCIDENT, acked: 1 },
      { id: "home/job:nas/sync@2", acked: 0 },
    ]);
  });

  test("that a database does not take is told on a page, with the link in no log", async () => {
    await opened();
    const broken = openDatabase(
      new Proxy(env.DB, {
        get(target, name) {
          if (name === "batch") return () => Promise.reject(new Error("D1_ERROR: Network connection lost"));
          const value: unknown = Reflect.get(target, name);
          return typeof value === "function" ? value.bind(target) : value;
        },
      }),
    );
    const token = await tokenOf(SECRET, claim());
    const answer = await request(`/act/${token}`, { method: "POST" }, START, settings(), broken);
    expect(answer.status).toBe(503);
    expect(await answer.text()).toContain("The database did not answer.");
  });
});

test("a press while a sweep is under way is not undone by what the sweep read before", async () => {
  const host = await enrolled("home", "corenas", corenasPlan, START);
  const failedRun = run("health", 1, START, { status: "failed", reason: "no such pool" });
  await beat(host, { runs: [failedRun] }, START);
  await sweepAt(START + 60_000);
  const { results } = await env.DB.prepare("SELECT id FROM incidents").all<{ id: string }>();
  const id = results[0]?.id ?? "";
  await beat(host, {}, START + 120_000);
  await env.DB.prepare("UPDATE watches SET due_at = ?, version = version + 1")
    .bind(START + 120_000)
    .run();
  const token = await tokenOf(SECRET, claim({ subject: id }));
  // The press falls between the sweep's reading and its writing.
  let pressed: Promise<unknown> | undefined;
  const meanwhile = beforeBatches(1, () => {
    pressed = visit("POST", token, START + 120_000);
    return pressed;
  });
  // A reminder is due, so the sweep writes what it read of the incident.
  await clocksRanUntil(START + 120_000);
  const reminding = { ...settingsWith([]), remind: { critical: 60_000, warning: 60_000 } };
  await sweep(meanwhile, reminding, START + 120_000, "cron");
  expect(pressed).toBeDefined();
  expect((await incidentOfId(db, id))?.attention.ackedBy).toBe("link in mail");
});

describe("a reader", () => {
  test("elsewhere is told the time of their own clock, and UTC", async () => {
    await opened();
    const token = await tokenOf(SECRET, claim({ action: "snooze" }));
    await visit("POST", token, START);
    const asked = new Request("https://tierwatch.example/", { cf: { timezone: "Europe/Berlin" } });
    const answer = await request(`/act/${token}`, { cf: asked.cf }, START, settings());
    expect(await answer.text()).toContain("Snoozed until Tue 2026-11-24 03:00 Europe/Berlin (02:00 UTC).");
  });
});
