/** The status page: what it says in each state of a site, and how it is served. */
import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, test } from "vitest";
import type { Summary } from "../../worker/judge/summary.ts";
import { status as statuses } from "../../worker/judge/watch.ts";
import { page } from "../../worker/page/page.tsx";
import { STYLE, STYLE_PATH } from "../../worker/page/style.ts";
import { HOUR, night, referenceSite } from "./reference.ts";
import {
  degradedPool,
  empty,
  healthy,
  NOW,
  past,
  pending,
  silentSite,
  stuckSync,
  twoSites,
  unproven,
} from "./sample-summary.ts";
import { emptyDatabase, request, START, sweepAt } from "./support.ts";

const shown = (summary: Summary) => page(summary, NOW, true);

/** The text a reader gets, without tags, with single spaces. */
function textOf(html: string): string {
  const body = html.slice(html.indexOf("<body>")).replaceAll("&#39;", "'").replaceAll("&gt;", ">");
  return body.replace(/<[^>]+>/g, " ").replace(/\s+/g, " ");
}

/** Tags that close nothing or are never closed. */
function unbalanced(html: string): string[] {
  const open: string[] = [];
  const faults: string[] = [];
  for (const [, slash, name = "", end] of html.matchAll(/<(\/?)([a-z][a-z0-9]*)(?:\s[^<>]*?)?(\/?)>/g)) {
    if (end === "/" || ["meta", "link"].includes(name)) continue;
    if (slash === "") open.push(name);
    else if (open.pop() !== name) faults.push(name);
  }
  return [...faults, ...open];
}

const samples = {
  healthy: healthy({ incidents: [past] }),
  stuck: stuckSync({ faults: ["PAGE_URL is not an http or https URL"] }),
  silent: silentSite(),
  degraded: degradedPool(),
  unproven: unproven(),
  pending: pending(),
  empty: empty(),
  two: twoSites(),
};

describe.each(Object.entries(samples))("the page of a site that is %s", (_, summary) => {
  test("is well formed, has one h1, and neither script nor inline style", () => {
    const html = shown(summary);
    expect(unbalanced(html)).toEqual([]);
    expect(html).toMatch(/^<!doctype html><html lang="en">/);
    expect(html.match(/<h1>/g)).toHaveLength(1);
    expect(html).not.toMatch(/<script|<style| style=| on[a-z]+=/);
  });
});

describe("what the page says", () => {
  test("of a healthy site: its sentence, what would be lost, and each copy's age, window and verified files", () => {
    const text = textOf(shown(samples.healthy));
    expect(text).toContain("All 4 tiers are fresh.");
    expect(text).toContain("If the site were lost now: 6 h 30 min of apps and 5 h 30 min of photos.");
    expect(text).toContain("6 h 30 min old 2026-11-23 02:00 UTC window 26 h 20 of 20 sampled files verified");
    expect(text).toContain("18 of 20 sampled files verified, 2 written again since");
    expect(text).toContain("deadlines last checked 12 s ago");
    expect(text).toContain("nightly on corenas failed: cannot receive: destination is busy");
  });

  test("of a stuck hop: the open incident stands above the chains, with what it blocks and the next step", () => {
    const text = textOf(shown(samples.stuck));
    expect(text).toContain("Blocked behind it: apps in offsite and photos in offsite.");
    expect(text).toContain("Next: On corenas: see whether its scheduler starts sync");
    expect(text.indexOf("Open incident")).toBeGreaterThan(0);
    expect(text.indexOf("Open incident")).toBeLessThan(text.indexOf("Chains"));
    expect(text).toContain("Faults in the settings PAGE_URL is not");
  });

  test("of several sites: no open incident stands below a chain", () => {
    const text = textOf(shown(samples.two));
    expect(text.indexOf("Open incident")).toBeGreaterThan(0);
    expect(text.indexOf("Open incident")).toBeLessThan(text.indexOf("Chains"));
  });

  test("of a copy that only its job vouches for: unproven, and never in the colour of ok", () => {
    const html = shown(samples.unproven);
    expect(textOf(html)).toContain("unproven: only the job says so");
    expect(html).not.toContain('class="vessel s-ok"');
  });

  test("of a site that was never heard of: nothing is ok", () => {
    const html = shown(samples.pending);
    expect(html).not.toContain("s-ok");
    expect(textOf(html)).not.toMatch(/\bok\b|fresh/);
    expect(textOf(html)).toContain("not yet heard of");
  });

  test("of a job: its reading that is not ok, its last run and how long it took", () => {
    const text = textOf(shown(samples.degraded));
    expect(text).toContain("warning: pool archive is DEGRADED: disk3 is OFFLINE");
    expect(text).toContain("31 min 6.40 GiB");
  });

  test("of a host: runs that never arrived and a clock that is off", () => {
    const [site] = healthy().sites;
    if (site === undefined) throw new Error("a sample has a site");
    const hosts = site.hosts.map((host) => ({ ...host, missingRuns: [4, 5], clockOffsetSeconds: -90 }));
    const text = textOf(shown({ ...healthy(), sites: [{ ...site, hosts }] }));
    expect(text).toContain("runs 4, 5 never arrived; clock 1 min 30 s behind (corrected)");
  });

  test("of sweeps that stopped, or never ran: a warning, and no green", () => {
    for (const lastSweepAt of [null, NOW - 301_000]) {
      const html = shown(healthy({ lastSweepAt }));
      expect(textOf(html)).toMatch(/Deadlines (were never|are not being) checked/);
      expect(html).toContain('<main class="stale">');
      expect(textOf(html)).not.toContain("are fresh");
    }
  });

  test("of an empty deployment: what to do next", () =>
    expect(textOf(shown(samples.empty))).toContain("npm run enroll-code -- --site home --host nas"));

  test("is the same with names and texts that are hostile: they stay text", () => {
    const hostile = `<img src=x onerror=alert(1)>"'&</title>`;
    const [site] = degradedPool(hostile).sites;
    if (site === undefined) throw new Error("a sample has a site");
    const summary = { ...degradedPool(hostile), faults: [hostile], sites: [{ ...site, name: hostile }] };
    const html = shown(summary);
    expect(html).not.toContain("<img");
    expect(html).toContain("&lt;img src=x onerror=alert(1)&gt;&quot;&#39;&amp;&lt;/title&gt;");
    expect(unbalanced(html)).toEqual([]);
  });
});

describe("every status", () => {
  const [site] = healthy().sites;
  const marks = statuses.options.map((status) => {
    const copies = site?.copies.map((copy) => ({ ...copy, status })) ?? [];
    const html = site === undefined ? "" : shown({ ...healthy(), sites: [{ ...site, copies }] });
    const [, shape = "", word = ""] =
      new RegExp(`<span class="status s-${status}"><svg[^>]*><path[^>]* d="([^"]+)"[^>]*></path></svg>([^<]+)<`).exec(
        html,
      ) ?? [];
    return { status, shape, word };
  });

  test.each(marks)("$status has a word and a shape", ({ status, shape, word }) => {
    expect(word).toBe(status === "pending" ? "not yet heard of" : status);
    expect(shape).not.toBe("");
  });

  test("has a shape of its own", () => expect(new Set(marks.map(({ shape }) => shape)).size).toBe(marks.length));
});

describe("an open incident that is quiet", () => {
  const stuck = samples.stuck;
  const quiet = (more: object) =>
    textOf(
      shown({
        ...stuck,
        sites: stuck.sites.map((site) => ({
          ...site,
          incidents: site.incidents.map((incident) => ({ ...incident, ...more })),
        })),
      }),
    );

  test.each([
    [{ silenced: true }, "A silence holds its alert back."],
    [{ acknowledged: true }, "Acknowledged: no reminders until it changes."],
    [{ snoozedUntil: NOW + HOUR }, "Snoozed until 2026-11-23 09:30 UTC"],
    [{ flapping: true }, "It goes to and fro"],
  ])("says why: %o", (more, words) => {
    expect(quiet(more)).toContain(words);
    expect(quiet({ silenced: false, acknowledged: false, snoozedUntil: null, flapping: false })).not.toContain(words);
  });
});

describe("the page is served", () => {
  beforeEach(emptyDatabase);

  test("as HTML that is never stored and that may load nothing but our stylesheet", async () => {
    const site = await referenceSite(START);
    await night(site, START + HOUR, { seq: 1 });
    await sweepAt(START + HOUR);
    const answer = await request("/", {}, START + HOUR);
    expect(answer.status).toBe(200);
    expect(answer.headers.get("content-type")).toContain("text/html");
    expect(answer.headers.get("cache-control")).toBe("no-store");
    const policy = answer.headers.get("content-security-policy") ?? "";
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("style-src 'self'");
    expect(policy).not.toContain("unsafe");
    expect(textOf(await answer.text())).toContain("All 4 tiers are fresh.");
  });

  test("renewing itself, unless it is asked to hold still", async () => {
    expect(await (await request("/", {}, START)).text()).toContain('http-equiv="refresh"');
    expect(await (await request("/?still", {}, START)).text()).not.toContain('http-equiv="refresh"');
  });

  test("with a stylesheet that may be kept for ever under its version, and is checked without it", async () => {
    const versioned = await request(STYLE_PATH, {}, START);
    expect(versioned.headers.get("content-type")).toContain("text/css");
    expect(versioned.headers.get("cache-control")).toContain("immutable");
    expect(await versioned.text()).toBe(STYLE);
    const etag = versioned.headers.get("etag") ?? "";
    const again = await request("/style.css", { headers: { "if-none-match": etag } }, START);
    expect([again.status, again.headers.get("cache-control")]).toEqual([304, "public, no-cache"]);
  });

  test("as a page with 503 when the database fails, while status.json stays a problem document", async () => {
    await env.DB.prepare("ALTER TABLE watches RENAME TO watches_away").run();
    try {
      const answer = await request("/", {}, START);
      expect([answer.status, answer.headers.get("cache-control")]).toEqual([503, "no-store"]);
      expect(answer.headers.get("content-security-policy")).toContain("style-src 'self'");
      const html = await answer.text();
      expect(unbalanced(html)).toEqual([]);
      expect(textOf(html)).toContain("Tierwatch cannot tell how your backups are.");
      expect(html).not.toContain("watches");
      const json = await request("/status.json", {}, START);
      expect([json.status, json.headers.get("content-type")]).toEqual([503, "application/problem+json"]);
    } finally {
      await env.DB.prepare("ALTER TABLE watches_away RENAME TO watches").run();
    }
  });
});
