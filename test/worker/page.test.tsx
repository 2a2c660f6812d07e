import { describe, expect, test } from "vitest";
import type { Summary } from "../../worker/judge/summary.ts";
import { status as statuses } from "../../worker/judge/watch.ts";
import { page } from "../../worker/page/page.tsx";
import { textOf, unbalanced } from "./page-text.ts";
import { HOUR } from "./reference.ts";
import { large } from "./sample-large.ts";
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

const shown = (summary: Summary) => page(summary, NOW, { renews: true });

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
  test("is well formed, has one h1, our one script, and nothing inline", () => {
    const html = shown(summary);
    expect(unbalanced(html)).toEqual([]);
    expect(html).toMatch(/^<!doctype html><html lang="en">/);
    expect(html.match(/<h1>/g)).toHaveLength(1);
    expect(html.match(/<script[^>]*>/g)).toEqual(['<script type="module" src="/page.js" blocking="render">']);
    expect(html).not.toMatch(/<style| style=| on[a-z]+=|<script[^>]*>[^<]/);
  });
});

describe("what the page says", () => {
  test("of a silence that holds: that alerts are held back, of what and until when", () => {
    const act = { id: "a", site: "home", kind: "silence" as const, fromAt: NOW - HOUR, recurs: null };
    const acts = [
      { ...act, scope: "site:home", untilAt: NOW + HOUR },
      { ...act, scope: "job:corenas/sync", kind: "pause" as const, untilAt: null },
      { ...act, scope: "host:winvm", untilAt: NOW - 60_000 },
      { ...act, scope: "tier:staging", fromAt: NOW + HOUR, untilAt: null },
    ];
    const text = textOf(shown(healthy({ acts })));
    expect(text).toContain("Alerts are held back Silenced: the whole site home, until 2026-11-23 09:30 UTC .");
    expect(text).toContain("Paused, so not judged: job sync on corenas, until it is ended.");
    expect(text).not.toMatch(/winvm, until|tier staging/);
    expect(textOf(shown(healthy()))).not.toContain("held back");
  });

  test("of a job that is missed: that it is overdue, where else its next deadline stands", () => {
    expect(textOf(shown(samples.stuck))).toMatch(/sync on corenas .* missed .* overdue health on corenas/);
    expect(textOf(shown(healthy()))).not.toContain("overdue");
  });

  test("of a site that is well: how long it has been, as far as anything is known", () => {
    expect(textOf(shown(healthy({ incidents: [past] })))).toContain("The last incident ended 2 d 20 h ago, after 4 h.");
    expect(textOf(shown(healthy()))).not.toContain("The last incident");
    expect(textOf(shown(samples.stuck))).not.toContain("The last incident");
  });

  test("of a healthy site: its sentence, what would be lost, and each copy's age, window and verified files", () => {
    const text = textOf(shown(samples.healthy));
    expect(text).toContain("All 4 tiers are fresh.");
    expect(text).toContain("If the site were lost now you would lose at most 6 h 30 min.");
    expect(text).toContain("By dataset: 6 h 30 min of apps and 5 h 30 min of photos.");
    expect(text).toContain("archive ok 6 h 30 min old of its 26 h window 20 of 20 sampled files verified");
    expect(text).toContain("18 of 20 sampled files verified, 2 written again since");
    expect(text).toContain("deadlines last checked 12 s ago");
    expect(text).toContain("nightly on corenas failed: cannot receive: destination is busy");
  });

  test("of a stuck hop: the open incident stands above the chains, with what it blocks and the next step", () => {
    const text = textOf(shown(samples.stuck));
    expect(text).toContain("Blocked behind it: apps in offsite and photos in offsite.");
    expect(text).toContain("Next: On corenas: see whether its scheduler starts sync");
    expect(text.indexOf("Open incident")).toBeGreaterThan(0);
    expect(text.indexOf("Open incident")).toBeLessThan(text.indexOf("The way of the data"));
    expect(text).toContain("Faults in the settings PAGE_URL is not");
  });

  test("of several sites: no open incident stands below a chain", () => {
    const text = textOf(shown(samples.two));
    expect(text.indexOf("Open incident")).toBeGreaterThan(0);
    expect(text.indexOf("Open incident")).toBeLessThan(text.indexOf("The way of the data"));
  });

  test("of a copy that only its job vouches for: unproven, and never in the colour of ok", () => {
    const html = shown(samples.unproven);
    expect(textOf(html)).toContain("unproven: only the job says so");
    expect(html).not.toContain('class="vessel s-ok"');
    expect(textOf(html)).toContain("kept, unproven 4 copies on 4 media");
  });

  test("of each tier: the worst of its copies, and how much of its window it used up", () => {
    const text = textOf(shown(samples.stuck));
    expect(text).toContain("staging missed 2 d 6 h old 26 h 30 min over its window of 28 h (apps)");
    expect(text).toContain("offsite blocked 2 d 6 h old");
    const levels = [...shown(samples.healthy).matchAll(/class="fill" d="M0 ([\d.]+)q/g)].map(([, y]) => Number(y));
    expect(levels).toEqual([76.5, 78.2, 79.6]);
  });

  test("of the hop that is broken: where, and when it last ran; of one that is well, when it is next due", () => {
    const hops = shown(samples.stuck)
      .split('<li class="hop ')
      .slice(1)
      .map((hop) => textOf(`<body>x${hop}`));
    expect(hops.find((hop) => hop.includes("sync"))).toContain("sync on corenas broken here ran 2 d ago");
    expect(hops.find((hop) => hop.includes("nightly"))).toContain("nightly on corenas ran 6 h ago next in 17 h");
    expect(shown(samples.healthy)).not.toContain("broken here");
  });

  test("of a job that says ok while nothing moves: its hop is broken all the same", () => {
    const [site] = samples.stuck.sites;
    if (site === undefined) throw new Error("a sample has a site");
    const jobs = site.jobs.map((job) => ({ ...job, status: "ok" as const }));
    expect(textOf(shown({ ...samples.stuck, sites: [{ ...site, jobs }] }))).toContain("sync on corenas broken here");
  });

  test("of a silent host: none of its hops looks well", () => {
    const html = shown(samples.silent);
    expect(textOf(html)).toContain("sync on corenas corenas is silent ran 4 h ago");
    expect(html).not.toContain('class="hop s-ok"');
  });

  test("of a dataset: how far back its copies reach, and the rule of three copies", () => {
    const [site] = samples.healthy.sites;
    if (site === undefined) throw new Error("a sample has a site");
    const depth = { versions: 41, oldestAt: NOW - 90 * 24 * HOUR };
    const text = textOf(
      shown({ ...samples.healthy, sites: [{ ...site, copies: site.copies.map((copy) => ({ ...copy, depth })) }] }),
    );
    expect(text).toContain("41 versions, back 90 d");
    expect(text).toContain("kept 4 copies on 4 media, one offsite");
    expect(textOf(shown(samples.stuck))).toContain(
      "not kept 1 copy on 1 medium, none offsite; not counted: staging and offsite",
    );
  });

  test("of a job: its newest runs, each outcome in a shape of its own and in words", () => {
    const [site] = samples.healthy.sites;
    if (site === undefined) throw new Error("a sample has a site");
    const outcomes = ["succeeded", "warned", "failed", "skipped", "started"] as const;
    const drawn = outcomes.map((status) => {
      const recent = [status];
      const jobs = site.jobs.map((job) => ({ ...job, recent }));
      const html = shown({ ...samples.healthy, sites: [{ ...site, jobs }] });
      const [, words, shape] = /class="recent"[^>]*aria-label="([^"]*)"><path[^>]* d="([^"]*)"/.exec(html) ?? [];
      return { words, shape };
    });
    expect(drawn.map(({ words }) => words)).toEqual([
      "one run: 1 succeeded",
      "one run: 1 warned",
      "one run: 1 failed",
      "one run: 1 skipped",
      "one run: 1 not ended",
    ]);
    expect(new Set(drawn.map(({ shape }) => shape)).size).toBe(outcomes.length);
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

describe("a site with many jobs", () => {
  const jobs = 320;
  const many = large(jobs);

  test("tells what is well in few words, and what is not in full and first", () => {
    const html = shown(many);
    expect(textOf(html)).toContain("90 more, all well. Show all");
    const last = many.sites[0]?.jobs.at(-1);
    if (last === undefined) throw new Error("the sample has jobs");
    const failed = {
      ...last,
      status: "failed" as const,
      reason: { code: "run" as const, at: NOW, status: "failed" as const, text: "no such pool" },
    };
    const sites = many.sites.map((site) => ({ ...site, jobs: site.jobs.map((job) => (job === last ? failed : job)) }));
    const rows = textOf(shown({ ...many, sites })).split(" Next due ")[1] ?? "";
    expect(rows).toMatch(new RegExp(`^${last.job} on ${last.host} .*failed: no such pool`));
  });

  test("is shown whole when it is asked for", () => {
    const html = page(many, NOW, { renews: false, all: true });
    expect(html.split('class="at">on host').length - 1).toBe(jobs);
    expect(textOf(html)).not.toContain("more, all well");
  });

  test("stays small: 100 jobs and 1,000 jobs in under 30 KB, gzipped", async () => {
    for (const count of [100, 1_000]) expect(await gzippedBytes(shown(large(count)))).toBeLessThan(30_000);
  });
});

async function gzippedBytes(text: string): Promise<number> {
  const zipped = new Blob([text]).stream().pipeThrough(new CompressionStream("gzip"));
  return (await new Response(zipped).arrayBuffer()).byteLength;
}

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
