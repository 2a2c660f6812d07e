/** What everybody may know: each value of a summary is marked by its own path, and only those named here come through. */
import { describe, expect, test } from "vitest";
import { seenBy } from "../../worker/judge/access.ts";
import { explain } from "../../worker/judge/explain.ts";
import { pageHeadline, titleAlone } from "../../worker/judge/headline.ts";
import { publicSummary } from "../../worker/judge/public.ts";
import type { Summary } from "../../worker/judge/summary.ts";
import type { Reason } from "../../worker/judge/watch.ts";
import { degradedPool, healthy, past, stuckSync, twoSites } from "../worker/sample-summary.ts";

/** Everything that may come through: names, states, ages and what they are measured against. */
const PUBLIC = [
  "generatedAt",
  "lastSweepAt",
  "blinds.fromAt",
  "blinds.untilAt",
  "sites.name",
  "sites.loss",
  "sites.losses.dataset",
  "sites.losses.ageMs",
  "sites.losses.proven",
  "sites.tiers.name",
  "sites.chains.dataset",
  "sites.chains.born",
  "sites.chains.tiers",
  "sites.copies.dataset",
  "sites.copies.tier",
  "sites.copies.recoveryAt",
  "sites.copies.proven",
  "sites.copies.seenAt",
  "sites.copies.sampled",
  "sites.copies.matched",
  "sites.copies.windowSeconds",
  "sites.copies.depth.versions",
  "sites.copies.depth.oldestAt",
  "sites.copies.feeds",
  "sites.jobs.host",
  "sites.jobs.job",
  "sites.jobs.from",
  "sites.jobs.to",
  "sites.jobs.tier",
  "sites.jobs.datasets",
  "sites.jobs.runningSince",
  "sites.jobs.last.startedAt",
  "sites.jobs.last.finishedAt",
  "sites.jobs.lastGood.startedAt",
  "sites.jobs.lastGood.finishedAt",
  "sites.jobs.dueAt",
  "sites.jobs.recent",
  "sites.hosts.host",
  "sites.hosts.heardAt",
  "sites.hosts.everySeconds",
  "sites.incidents.id",
  "sites.incidents.root",
  "sites.incidents.subject",
  "sites.incidents.openedAt",
  "sites.incidents.closedAt",
  "sites.incidents.acknowledged",
  "sites.incidents.flapping",
  "sites.incidents.blocked",
];

const REASONS: Reason[] = [
  { code: "fine" },
  { code: "never", deadlineAt: 1 },
  { code: "overdue", dueAt: 1, deadlineAt: 2, lastAt: 3 },
  { code: "unseen", deadlineAt: 1, untilAt: 2 },
  { code: "not_started", dueAt: 1, deadlineAt: 2, lastAt: 3 },
  { code: "overrun", startedAt: 1, dueAt: 2, deadlineAt: 3 },
  { code: "run", at: 1, status: "failed", text: "SECRET", failures: { count: 2, of: 2 } },
  { code: "too_fast", at: 1, tookSeconds: 2, leastSeconds: 3 },
  { code: "anomaly", at: 1, text: "SECRET" },
  { code: "depth", at: 1, severity: "critical", text: "SECRET" },
  { code: "tolerated", at: 1, text: "SECRET", count: 1, allowed: 2 },
  { code: "reading", at: 1, verdict: "critical", text: "SECRET", names: [{ name: "SECRET", verdict: "critical" }] },
  { code: "mismatch", at: 1, text: "SECRET" },
];
const ALL: Reason[] = [
  ...REASONS,
  ...REASONS.flatMap((own): Reason[] => {
    if (own.code === "blocked" || own.code === "waiting" || own.code === "paused" || own.code === "catching_up")
      return [];
    return [
      { code: "blocked", by: "job:nas/a", own },
      { code: "waiting", by: "job:nas/a", untilAt: 5, own },
      { code: "catching_up", after: "job:nas/a", untilAt: 5, own },
    ];
  }),
  { code: "paused", untilAt: 7 },
];

/** Words that the judge chooses among; what a reason holds is tried apart. */
const CHOSEN = ["status", "code", "verdict", "kind", "severity", "end", "state", "view", "reason"];

/** Every leaf as its own path, so that whatever comes through says where it came from. */
function marked(value: unknown, path: readonly string[] = []): unknown {
  const key = path.at(-1) ?? "";
  if (CHOSEN.includes(key)) return value;
  if (Array.isArray(value)) return value.map((one) => marked(one, path));
  if (value !== null && typeof value === "object") {
    return Object.fromEntries(Object.entries(value).map(([name, of]) => [name, marked(of, [...path, name])]));
  }
  return value === undefined ? undefined : `«${path.join(".")}»`;
}

/** A summary with all that there is to tell. */
function full(): Summary {
  const [stuck] = stuckSync({ incidents: [past] }).sites;
  const [pool] = degradedPool().sites;
  if (stuck === undefined || pool === undefined) throw new Error("a sample has a site");
  const run = { ...pool.jobs[0]?.last, exitCode: 3, signal: "SIGKILL", reason: "x", bytes: 7, files: 8 };
  const jobs = [...stuck.jobs, ...pool.jobs].map((job) => ({ ...job, last: run, lastGood: run, runningSince: 5 }));
  const copies = stuck.copies.map((copy) => ({ ...copy, depth: { versions: 41, oldestAt: 5 } }));
  const hosts = stuck.hosts.map((host) => ({ ...host, missingRuns: [4], clockOffsetSeconds: -9 }));
  const summary = {
    ...healthy(),
    faults: ["a fault"],
    blinds: [{ fromAt: 1, untilAt: 2 }],
    deadLetters: [{ channel: "mail", title: "t", end: "refused", at: 1, error: "e" }],
    confirmations: [{ channel: "mail", state: "confirmed", at: 1 }],
    sites: [{ ...stuck, copies, jobs, hosts, held: [{ kind: "silence", scope: "site:home", untilAt: 5 }] }],
  };
  return marked(summary) as Summary;
}

describe("what everybody sees of a public site", () => {
  test("is what is named here, and not one value more or less", () => {
    const text = JSON.stringify(publicSummary(full(), "all"));
    const through = new Set([...text.matchAll(/«([^»]*)»/g)].map(([, path = ""]) => path));
    // The run's own reception is told as its end.
    expect([...through].sort()).toEqual([...PUBLIC].sort());
  });

  test.each(ALL)("of the reason %j holds no word of a tool, and makes a sentence", (reason) => {
    const [site] = healthy().sites;
    if (site === undefined) throw new Error("a sample has a site");
    const jobs = site.jobs.map((job) => ({ ...job, reason }));
    const [job] = publicSummary({ ...healthy(), sites: [{ ...site, jobs }] }, "all").sites[0]?.jobs ?? [];
    if (job === undefined) throw new Error("the sample has a job");
    expect(JSON.stringify(job.reason)).not.toContain("SECRET");
    expect(job.reason.code).toBe(reason.code);
    const key = "job:corenas/nightly";
    expect(explain(key, job.reason, 10)).toMatch(/^\w.*[^.]\.$/);
    expect(titleAlone({ root: key, subject: key, reason: job.reason, closedAt: null }, "home", 10)).not.toMatch(/\.$/);
  });

  test("that something is wrong with Tierwatch itself is told, and not what", () => {
    const faults = publicSummary({ ...healthy(), faults: ["CHANNELS.mail: to is not an address"] }, "all").faults;
    expect(faults).toEqual(["Something about Tierwatch itself is not as it should be. Its owner sees what."]);
    expect(publicSummary(healthy(), "all").faults).toEqual([]);
  });

  test("keeps the statuses, so that it is no better than what the owner sees", () => {
    for (const summary of [stuckSync(), degradedPool(), twoSites()]) {
      const statuses = (of: Summary) =>
        of.sites.map(({ status, tiers, copies, jobs, hosts }) =>
          [status, tiers, copies, jobs, hosts].flat().map(String),
        );
      const seen = publicSummary(summary, "all");
      expect(statuses(seen)).toEqual(statuses(summary));
      expect(pageHeadline(seen).status).toBe(pageHeadline(summary).status);
    }
  });
});

describe("who sees which sites", () => {
  const names = (summary: Summary) => summary.sites.map(({ name }) => name);

  test("the owner all of all", () => {
    const summary = twoSites();
    expect(seenBy({ kind: "owner" }, summary)).toBe(summary);
  });

  test("others those that are theirs to see, and of the rest not even a name", () => {
    const seen = seenBy({ kind: "public", sites: ["cabin"] }, twoSites());
    expect([names(seen), seen.view]).toEqual([["cabin"], "public"]);
    expect(JSON.stringify(seen)).not.toContain("home");
  });

  test("who may see none is told so, and not that nothing is watched", () => {
    const seen = seenBy({ kind: "public", sites: [] }, twoSites());
    expect([names(seen), seen.view]).toEqual([[], "hiding"]);
    expect(pageHeadline(seen).text).toBe("What is watched here is private.");
  });
});
