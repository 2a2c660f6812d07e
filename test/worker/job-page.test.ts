/** The page of one job: what it tells the owner, what it tells others, and how little of the log of runs it reads. */
import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, test } from "vitest";
import type { Settings } from "../../worker/settings.ts";
import { openDatabase } from "../../worker/store/database.ts";
import { metered } from "./metered.ts";
import { HOUR, MINUTE, night, referenceSite, type Site } from "./reference.ts";
import { beat, db, emptyDatabase, request, run, START, settingsWith, sweepAt } from "./support.ts";

const DAY = 24 * HOUR;
const NIGHTS = 12;
const NOW = START + NIGHTS * DAY;
const PATH = "/site/home/job/corenas/nightly";

const owner: Settings = settingsWith([]);
const others: Settings = { ...owner, openToAll: false, publicSites: ["home"] };
const strangers: Settings = { ...owner, openToAll: false };

async function nights(): Promise<Site> {
  const site = await referenceSite(START);
  for (let i = 0; i < NIGHTS; i++) {
    await night(site, START + i * DAY + HOUR, { seq: 1 + 3 * i, ...(i === 5 ? { without: ["nightly"] } : {}) });
  }
  const failed = run("nightly", 90, NOW - HOUR, {
    status: "failed",
    exitCode: 1,
    reason: "cannot receive: out of space",
    bytes: 7_000_000,
    logTail: "zfs: out of <space>",
  });
  await beat(site.corenas, { runs: [failed] }, NOW - HOUR);
  await sweepAt(NOW - HOUR);
  return site;
}

const read = async (path: string, settings: Settings, database = db) => {
  const answer = await request(path, { redirect: "manual" }, NOW, settings, database);
  return { status: answer.status, html: await answer.text(), headers: answer.headers };
};

function textOf(html: string): string {
  return html
    .replace(/<title>[^<]*<\/title>/g, " ")
    .replace(/<[^>]+>/g, " ")
    .replace(/\s+/g, " ");
}

beforeEach(async () => {
  await emptyDatabase();
  await nights();
});

describe("the page of a job", () => {
  test("tells its owner how it stands, its days, its sizes, and what a run said", async () => {
    const { status, html } = await read(PATH, owner);
    const text = textOf(html);
    expect(status).toBe(200);
    expect(text).toContain("nightly on corenas failed");
    expect(text).toContain("It carries apps from fast to archive by zfs-send, every 24 h, with 1 h of grace.");
    expect(text).toMatch(/11 days succeeded/);
    expect(text).toMatch(/1 day failed/);
    expect(text).toMatch(/1 day missed/);
    expect(html).toContain("1 failed</title>");
    expect(text).toContain("cannot receive: out of space");
    expect(text).toMatch(/Moved 7 MB not yet known/);
    expect(text).toContain("apps in archive:");
  });

  test("leads to the end of a run's log, which stays text", async () => {
    const { html } = await read(PATH, owner);
    const [, path = ""] = /<a href="(\/site\/home\/job\/corenas\/nightly\/log\/[^"]+)"/.exec(html) ?? [];
    const log = await read(path, owner);
    expect(log.html).toContain("<pre>zfs: out of &lt;space&gt;</pre>");
    expect(textOf(log.html)).toContain("exit code 1: cannot receive: out of space");
    for (const settings of [others, strangers]) expect((await read(path, settings)).status).toBe(404);
  });

  test("tells others when it ran and how that ended, and nothing of what it carried or said", async () => {
    const { status, html } = await read(PATH, others);
    expect(status).toBe(200);
    expect(textOf(html)).toMatch(/1 day failed/);
    for (const secret of ["out of space", "zfs-send", "7 MB", "/log/"]) expect(html).not.toContain(secret);
  });

  test("of a private site, and of a job that is not watched, looks as if nothing were there", async () => {
    const hidden = await read(PATH, strangers);
    const absent = await read("/site/home/job/corenas/nothing", owner);
    expect([hidden.status, absent.status]).toEqual([404, 404]);
    expect(hidden.html).toBe(absent.html);
    expect(hidden.headers.get("content-type")).toContain("text/html");
  });

  test("is kept by no cache, and holds neither inline script nor style", async () => {
    const { html, headers } = await read(PATH, owner);
    expect(headers.get("cache-control")).toBe("private, no-store");
    expect(html).not.toMatch(/<style| style=| on[a-z]+=|<script>/);
  });

  test("goes back through its runs a page at a time, each run once", async () => {
    await fill("nightly", 60);
    const seen: string[] = [];
    let path: string | undefined = PATH;
    for (let pages = 0; path !== undefined && pages < 10; pages++) {
      const { html } = await read(path, owner);
      const rows = html.slice(html.indexOf('class="runs"')).matchAll(/<th scope="row">.*?<time datetime="([^"]+)"/g);
      seen.push(...[...rows].map(([, at = ""]) => at));
      path = /href="([^"]+\?before=\d+)"/.exec(html)?.[1];
    }
    expect(seen).toHaveLength(60 + NIGHTS);
    expect(seen).toEqual([...seen].sort().reverse());
  });
});

/** Older runs of a job: one each hour before the first night. */
async function fill(job: string, count: number): Promise<void> {
  await env.DB.prepare(`
    WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?1)
    INSERT INTO runs (site, host, job, id, seq, status, started_at, finished_at, received_at, detail)
    SELECT 'home', 'corenas', ?2, 'past-' || i, i, 'succeeded', ?3 - i * ${HOUR}, ?3 - i * ${HOUR} + ${MINUTE}, ?3, '{}' FROM n`)
    .bind(count, job, START)
    .run();
}

describe("what the pages read", () => {
  const cost = async (path: string) => {
    const meter = metered(env.DB);
    await read(path, owner, openDatabase(meter.d1));
    return meter.take();
  };

  test("of a job are its own runs alone, however many others there are", async () => {
    const before = await cost(PATH);
    expect(before.rowsRead).toBeLessThanOrEqual(120);
    expect(before.statements).toBeLessThanOrEqual(12);
    await fill("health", 5_000);
    expect(await cost(PATH)).toEqual(before);
  });

  test("of a job that runs all the time are bounded", async () => {
    await fill("nightly", 9_000);
    expect((await cost(PATH)).rowsRead).toBeLessThanOrEqual(2_700);
  });

  test("of the front page are no runs at all", async () => {
    const before = await cost("/");
    await fill("nightly", 5_000);
    expect(await cost("/")).toEqual(before);
  });
});
