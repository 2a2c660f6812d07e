/** The pages of incidents: what is open and past, what hung on one, whom it was told to, and who may see that. */
import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, test } from "vitest";
import type { Settings } from "../../worker/settings.ts";
import { openDatabase } from "../../worker/store/database.ts";
import { metered } from "./metered.ts";
import { type Headers, signedIn } from "./owner.ts";
import { beats2, HOUR, MINUTE, night, referenceSite } from "./reference.ts";
import { db, emptyDatabase, request, START, settingsWith, sweepAt } from "./support.ts";

const DAY = 24 * HOUR;
const NOW = START + 2 * DAY + 6 * HOUR;

const owner: Settings = settingsWith([]);
const others: Settings = { ...owner, openToAll: false, publicSites: ["home"] };
const strangers: Settings = { ...owner, openToAll: false };

const read = async (path: string, settings: Settings, database = db, headers: Headers = {}) => {
  const answer = await request(path, { redirect: "manual", headers }, NOW, settings, database);
  return { status: answer.status, html: await answer.text() };
};

function textOf(html: string): string {
  return html
    .replace(/<title>[^<]*<\/title>/g, " ")
    .replace(/<[^>]+>/g, " ")
    .replace(/\s+/g, " ");
}

/** A site whose sync stopped two nights ago: one incident, with what is blocked behind it. */
beforeEach(async () => {
  await emptyDatabase();
  const site = await referenceSite(START);
  await night(site, START + HOUR, { seq: 1 });
  await night(site, START + DAY + HOUR, { seq: 5, without: ["sync"] });
  await beats2(site, NOW - MINUTE);
  for (let at = START + DAY; at <= NOW; at += 2 * HOUR) {
    await beats2(site, at);
    await sweepAt(at);
  }
});

/** The address of the incident that is open, as the list has it. */
async function openPath(): Promise<string> {
  const { html } = await read("/incidents", owner);
  return /<a href="(\/incidents\/home\/job:corenas\/sync@\d+)"/.exec(html)?.[1] ?? "";
}

/** So many that are over, an hour apart. */
async function closedIncidents(count: number): Promise<void> {
  await env.DB.prepare(`
    WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${count})
    INSERT INTO incidents (id, site, root, severity, opened_at, noticed_at, closed_at, subject, reason)
    SELECT 'home/job:corenas/nightly@' || i, 'home', 'job:corenas/nightly', 'critical', ${START} - i * ${HOUR},
      ${START} - i * ${HOUR}, ${START} - i * ${HOUR} + ${MINUTE}, 'job:corenas/nightly',
      '{"code":"run","at":1,"status":"failed","text":"no space"}' FROM n`).run();
}

const olderIn = (html: string) => /href="(\/incidents\?before=\d+)"/.exec(html)?.[1];

describe("the list of incidents", () => {
  test("has what is open first, and leads to its page", async () => {
    const { status, html } = await read("/incidents", owner);
    expect(status).toBe(200);
    expect(textOf(html)).toMatch(/\d incidents are open|One incident is open/);
    expect(await openPath()).not.toBe("");
  });

  test("is empty for whom nothing is public", async () => {
    const { html } = await read("/incidents", strangers);
    expect(textOf(html)).toContain("Nothing is open.");
    expect(html).not.toContain("sync");
  });

  test("goes back a page at a time, and reads no more than a page", async () => {
    await closedIncidents(500);
    const meter = metered(env.DB);
    const first = await read("/incidents", owner, openDatabase(meter.d1));
    expect(meter.take().rowsRead).toBeLessThanOrEqual(90);
    const next = await read(olderIn(first.html) ?? "", owner);
    expect(textOf(next.html)).toContain("Older incidents");
    const ids = (html: string) => [...html.matchAll(/nightly@(\d+)"/g)].map(([, id]) => id);
    expect(ids(next.html).filter((id) => ids(first.html).includes(id))).toEqual([]);
    expect(ids(next.html)).toHaveLength(30);
  });

  test("ends with its last page, also when that is full", async () => {
    await env.DB.prepare("DELETE FROM incidents").run();
    await closedIncidents(60);
    const first = await read("/incidents", owner);
    const last = await read(olderIn(first.html) ?? "", owner);
    expect(last.html).toContain("nightly@60");
    expect(olderIn(last.html)).toBeUndefined();
  });
});

describe("the page of an incident", () => {
  test("tells what hangs on it as a tree, and what happened in order", async () => {
    const { status, html } = await read(await openPath(), owner);
    const text = textOf(html);
    expect(status).toBe(200);
    expect(text).toMatch(/sync on corenas missed the root: the first that is broken/);
    expect(text.indexOf("photos in offsite blocked")).toBeGreaterThan(text.indexOf("photos in staging"));
    expect(text).toMatch(/It began: .*opened to mail: home: /);
    expect(text).toContain("delivered");
    expect(text).toContain("Next:");
  });

  test("tells others what is wrong, and not whom it was told to", async () => {
    const { status, html } = await read(await openPath(), others);
    expect(status).toBe(200);
    expect(textOf(html)).toContain("sync on corenas missed");
    expect(textOf(html)).not.toContain("to mail");
  });

  test("of a private site, or of none, is nothing", async () => {
    const path = await openPath();
    expect((await read(path, strangers)).status).toBe(404);
    for (const unknown of ["/incidents/home/job:corenas/sync@1", "/incidents/%E0%A4%A"]) {
      expect((await read(unknown, owner)).status).toBe(404);
    }
  });

  test("says who acknowledged, how often a channel was tried, and when it was over", async () => {
    await env.DB.prepare(`UPDATE incidents SET acked_at = ?, acked_by = 'anna', closed_at = ?`)
      .bind(NOW - HOUR, NOW - MINUTE)
      .run();
    await env.DB.prepare(`UPDATE deliveries SET state = 'expired', attempts = 9, last_error = 'status 500'`).run();
    const text = textOf((await read(await openPath(), owner)).html);
    expect(text).toContain("Acknowledged by anna");
    expect(text).toContain("given up after three days: status 500");
    expect(text).toContain("It was over.");
    await env.DB.prepare("UPDATE incidents SET note = 'the <switch> hung'").run();
    const { headers } = await signedIn(NOW);
    expect((await read(await openPath(), owner, db, headers)).html).toContain("the &lt;switch&gt; hung");
    expect((await read(await openPath(), others)).html).not.toContain("switch");
    const told = textOf((await read(await openPath(), others)).html);
    expect(told).toContain("Acknowledged: no reminders");
    expect(told).not.toContain("anna");
  });
});
