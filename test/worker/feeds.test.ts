/** The feeds as they are served: to whom, how long they may be kept, and what they cost. */
import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, test } from "vitest";
import type { Settings } from "../../worker/settings.ts";
import { openDatabase } from "../../worker/store/database.ts";
import { metered } from "./metered.ts";
import { signedIn, tokenFor } from "./owner.ts";
import { queue } from "./queued.ts";
import { corenasPlan, HOUR, MINUTE, night, referenceSite } from "./reference.ts";
import { emptyDatabase, enrolled, request, START, settingsWith, sweepAt } from "./support.ts";

const NOW = START + HOUR + MINUTE;
const closed: Settings = { ...settingsWith([]), openToAll: false };
const open: Settings = { ...closed, publicSites: ["home"] };
const owner: Settings = { ...closed, openToAll: true };

beforeEach(async () => {
  await emptyDatabase();
  const site = await referenceSite(START);
  await night(site, START + HOUR, { seq: 1 });
  await sweepAt(START + HOUR);
});

const read = async (path: string, settings: Settings, init: RequestInit = {}, now = NOW) => {
  const answer = await request(path, init, now, settings);
  return { status: answer.status, headers: answer.headers, text: await answer.text() };
};

const FEEDS = [
  ["/metrics", "text/plain; version=0.0.4; charset=utf-8", "tierwatch_copy_window_seconds"],
  ["/incidents.atom", "application/atom+xml; charset=utf-8", "<feed"],
  ["/runs.ics", "text/calendar; charset=utf-8", "BEGIN:VCALENDAR"],
] as const;

describe.each(FEEDS)("%s", (path, type, word) => {
  test("is for whoever may see a site, and asks the others who they are", async () => {
    const stranger = await read(path, closed);
    expect([stranger.status, stranger.headers.get("www-authenticate")]).toEqual([401, 'Bearer realm="Tierwatch"']);
    expect(stranger.text).toContain("?key=");
    for (const init of [(await tokenFor("read", NOW)).headers, (await signedIn(NOW)).headers]) {
      const seen = await read(path, closed, { headers: init });
      expect([seen.status, seen.headers.get("content-type")]).toEqual([200, type]);
      expect(seen.text).toContain(word);
    }
    expect((await read(path, open)).status).toBe(200);
  });
});

describe("what may be kept", () => {
  const kept = async (path: string, settings: Settings, init: RequestInit = {}) =>
    (await read(path, settings, init)).headers.get("cache-control");

  test.each([
    ["/", 15],
    ["/status.json", 15],
    ["/badges/home.svg", 60],
    ["/badges/home/offsite.json", 60],
    ["/metrics", 15],
    ["/incidents.atom", 300],
    ["/runs.ics", 3600],
  ])("of a public site: %s for %i s, and apart from who shows something", async (path, seconds) => {
    const { headers } = await read(path, open);
    expect(headers.get("cache-control")).toBe(`public, max-age=${seconds}, stale-while-revalidate=${seconds}`);
    expect(headers.get("vary")).toBe("cookie, authorization");
    expect(headers.get("cache-tag")).toBe("status");
    for (const [name, value] of [
      ["cookie", "a=b"],
      ["authorization", "Bearer x"],
    ] as const) {
      expect(await kept(path, open, { headers: [[name, value]] })).toBe("private, no-store");
    }
    expect(await kept(path, owner)).toBe("private, no-store");
    const keyed = await kept(`${path}?key=${"k".repeat(22)}`, open);
    expect(keyed).toBe("private, no-store");
  });
});

describe("a badge", () => {
  test("of a public site is a picture, and an endpoint for shields.io", async () => {
    const svg = await read("/badges/home/offsite.svg", open);
    expect([svg.status, svg.headers.get("content-type")]).toEqual([200, "image/svg+xml"]);
    expect(svg.text).toMatch(/^<svg xmlns="http:\/\/www.w3.org\/2000\/svg".*offsite: 51 min old/);
    const json = JSON.parse((await read("/badges/home.json", open)).text);
    expect(json).toMatchObject({ schemaVersion: 1, label: "home", message: "fresh", cacheSeconds: 300 });
  });

  test("of a private site, of none, and of a database that does not answer is the same: unknown", async () => {
    const secret = await read("/badges/home.svg", closed);
    const none = await read("/badges/nowhere.svg", closed);
    expect([secret.status, none.status]).toEqual([404, 404]);
    expect(secret.text.replaceAll("home", "")).toContain("unknown");
    await env.DB.prepare("ALTER TABLE watches RENAME TO watches_away").run();
    try {
      const failed = await read("/badges/home.svg", open);
      expect([failed.status, failed.text]).toEqual([503, secret.text]);
      expect(failed.headers.get("cache-control")).toBe("no-store");
    } finally {
      await env.DB.prepare("ALTER TABLE watches_away RENAME TO watches").run();
    }
  });

  test("of sweeps that stopped is not good news", async () => {
    expect((await read("/badges/home.svg", open, {}, NOW + 301_000)).text).toContain("home: unknown");
  });
});

test("OpenMetrics is there for who asks for it", async () => {
  const accept = "application/openmetrics-text;version=1.0.0;q=0.5,text/plain;version=0.0.4;q=0.3";
  const { headers, text } = await read("/metrics", open, { headers: { accept } });
  expect(headers.get("content-type")).toContain("application/openmetrics-text");
  expect(text.endsWith("# EOF\n")).toBe(true);
});

test("the owner's metrics tell of channels in which nothing waits; others hear of no channel", async () => {
  expect((await read("/metrics", owner)).text).toContain('tierwatch_deliveries_pending{channel="mail"} 0');
  expect((await read("/metrics", open)).text).not.toContain("tierwatch_deliveries_pending");
});

describe("what a feed costs", () => {
  test("a badge reads the rows of its own site, however many others there are, and never a run", async () => {
    const cost = async () => {
      const meter = metered(env.DB);
      await request("/badges/home/offsite.svg", {}, NOW, open, openDatabase(meter.d1));
      return meter.take();
    };
    // The first row after a site's own is looked at, to see that it ends.
    await enrolled("one", "nas", corenasPlan, START);
    const alone = await cost();
    for (const name of ["two", "three", "four"]) await enrolled(name, "nas", corenasPlan, START);
    expect(await cost()).toEqual(alone);
    expect(alone.rowsRead).toBeLessThanOrEqual(30);
    expect(alone.rowsWritten).toBe(0);
  });
});

test("the owner's metrics count what waits in a channel, for one of its browsers too, and nothing that is done", async () => {
  await queue(
    { channel: "mail", incident: "done" },
    { channel: "mail", incident: "waits" },
    { channel: "mail/a-browser", incident: "waits" },
  );
  await env.DB.prepare("UPDATE deliveries SET due_at = NULL WHERE incident_id = 'done'").run();
  expect((await read("/metrics", owner)).text).toContain('tierwatch_deliveries_pending{channel="mail"} 2');
});
