/** From the plans of a site's hosts to its chains, and every way in which plans can contradict each other. */
import { describe, expect, test } from "vitest";
import type { Plan } from "../../protocol/plan.ts";
import { chainOf, contradictions, type HostPlan, joined, specsOf } from "../../worker/judge/chain.ts";
import type { CopySpec, Spec } from "../../worker/judge/watch.ts";
import { beats, carrying, chainPlans, START } from "./site.ts";

const looking = { name: "health", kind: "zfs-health", schedule: { everySeconds: 3600 }, graceSeconds: 600 };

function planned(host: string, plan: Partial<Plan>, plannedAt = START): HostPlan {
  return { host, plan: { beat: beats, datasets: [{ name: "apps", born: "fast" }], jobs: [], ...plan }, plannedAt };
}

function copiesOf(specs: ReadonlyMap<string, Spec>): CopySpec[] {
  return [...specs.values()].flatMap((spec) => (spec.kind === "copy" ? [spec] : []));
}

describe("the watches that plans ask for", () => {
  test("are every host, every job, and every dataset in every tier a job brings it to", () => {
    expect([...specsOf(chainPlans()).keys()]).toEqual([
      "host:nas",
      "host:vm",
      "job:nas/nightly",
      "job:nas/sync",
      "job:vm/cloud",
      "copy:apps/archive",
      "copy:apps/staging",
      "copy:apps/offsite",
    ]);
  });

  test("know the job that feeds a copy, where it takes the data from, and the copy's window", () => {
    expect(specsOf(chainPlans()).get("copy:apps/staging")).toEqual({
      kind: "copy",
      dataset: "apps",
      tier: "staging",
      born: "fast",
      windowSeconds: 28 * 3600,
      proof: "marker",
      feeds: [{ key: "job:nas/sync", host: "nas", from: "archive" }],
      plannedAt: START,
    });
  });

  test("a looking job has its tier and no copies", () => {
    const specs = specsOf([
      planned("nas", {
        jobs: [
          { ...looking, tier: "archive" },
          { ...looking, name: "wear" },
        ],
      }),
    ]);
    expect([...specs.keys()]).toEqual(["host:nas", "job:nas/health", "job:nas/wear"]);
    expect(specs.get("job:nas/health")).toMatchObject({ tier: "archive", datasets: [] });
    expect(specs.get("job:nas/wear")).not.toHaveProperty("tier");
  });

  test("two jobs that feed one copy are both its feeds; it counts from the earlier plan, and one marker proves it", () => {
    const later = planned("nas", { jobs: [carrying("nightly", "fast", "archive", 26, { proof: "run" })] }, START + 5);
    const earlier = planned("vm", { jobs: [carrying("pull", "fast", "archive", 26)] }, START);
    const fed = { proof: "marker", plannedAt: START };
    const [nightly, pull] = [{ key: "job:nas/nightly" }, { key: "job:vm/pull" }];
    const copyOf = (...plans: HostPlan[]) => specsOf(plans).get("copy:apps/archive");
    expect(copyOf(later, earlier)).toMatchObject({ ...fed, feeds: [nightly, pull] });
    expect(copyOf(earlier, later)).toMatchObject({ ...fed, feeds: [pull, nightly] });
  });
});

describe("the chain of a dataset", () => {
  test("runs from its birth along its jobs, in whatever order they are planned", () => {
    const plans = chainPlans().map(({ plan, ...rest }) => ({
      ...rest,
      plan: { ...plan, jobs: plan.jobs.toReversed() },
    }));
    expect(chainOf(copiesOf(specsOf(plans)).toReversed(), "apps")).toEqual(["fast", "archive", "staging", "offsite"]);
  });

  test("begins where each dataset is born", () => {
    const datasets = [
      { name: "apps", born: "fast" },
      { name: "photos", born: "archive" },
    ];
    const both = { datasets: ["apps", "photos"] };
    const jobs = [carrying("nightly", "fast", "archive", 26), carrying("sync", "archive", "staging", 28, both)];
    const copies = copiesOf(specsOf([planned("nas", { datasets, jobs })]));
    expect(chainOf(copies, "apps")).toEqual(["fast", "archive", "staging"]);
    expect(chainOf(copies, "photos")).toEqual(["archive", "staging"]);
    expect(copies.map(({ dataset, tier, born }) => [dataset, tier, born])).toEqual([
      ["apps", "archive", "fast"],
      ["apps", "staging", "fast"],
      ["photos", "staging", "archive"],
    ]);
  });

  test("forks where two jobs take from one tier", () => {
    const jobs = [carrying("nightly", "fast", "archive", 26), carrying("cloud", "fast", "offsite", 26)];
    expect(chainOf(copiesOf(specsOf([planned("nas", { jobs })])), "apps")).toEqual(["fast", "archive", "offsite"]);
  });

  test("names a copy last that nothing yet leads to, and nothing for an unknown dataset", () => {
    const jobs = [carrying("cloud", "staging", "offsite", 30)];
    expect(chainOf(copiesOf(specsOf([planned("vm", { jobs })])), "apps")).toEqual(["fast", "offsite"]);
    expect(chainOf([], "apps")).toEqual([]);
  });
});

describe("plans that do not fit", () => {
  const nightly = carrying("nightly", "fast", "archive", 26);

  test.each<[string, HostPlan[], string]>([
    [
      "two birth tiers",
      [planned("nas", {}), planned("vm", { datasets: [{ name: "apps", born: "archive" }] })],
      'dataset "apps" is born in fast says nas, in archive says vm',
    ],
    [
      "two windows for one copy",
      [planned("nas", { jobs: [nightly] }), planned("vm", { jobs: [carrying("pull", "fast", "archive", 27)] })],
      `the window of "apps" in archive is 93600 s says nas's job "nightly", 97200 s says vm's job "pull"`,
    ],
    [
      "a circle",
      [planned("nas", { jobs: [nightly] }), planned("vm", { jobs: [carrying("back", "archive", "fast", 26)] })],
      `vm's job "back" brings "apps" back to fast, where it came from`,
    ],
    [
      "a job that carries to where it takes from",
      [planned("nas", { jobs: [carrying("loop", "fast", "fast", 26)] })],
      `nas's job "loop" brings "apps" back to fast, where it came from`,
    ],
    [
      "a job named twice",
      [planned("nas", { jobs: [nightly, { ...looking, name: "nightly" }] })],
      'nas names two jobs "nightly"',
    ],
    [
      "an undeclared dataset",
      [planned("nas", { jobs: [carrying("nightly", "fast", "archive", 26, { datasets: ["mail"] })] })],
      `nas's job "nightly" carries "mail", which nas's plan does not declare`,
    ],
    [
      "an unknown zone",
      [planned("nas", { jobs: [{ ...looking, schedule: { cron: "0 3 * * *", zone: "Mars/Base" } }] })],
      `nas's job "health": there is no time zone "Mars/Base"; write its IANA name, as in "Europe/Berlin"`,
    ],
    [
      "a cron expression that is none",
      [planned("nas", { jobs: [{ ...looking, schedule: { cron: "0 99 * * *", zone: "UTC" } }] })],
      `nas's job "health": "0 99 * * *" is not a five-field cron expression`,
    ],
    [
      "a day that never comes",
      [planned("nas", { jobs: [{ ...looking, schedule: { cron: "0 0 30 2 *", zone: "UTC" } }] })],
      `nas's job "health": "0 0 30 2 *" names a day that never comes`,
    ],
  ])("%s: one sentence that names both sides", (_what, plans, sentence) => {
    expect(contradictions(plans)).toEqual([expect.stringContaining(sentence)]);
  });

  test("are all told at once", () => {
    const jobs = [nightly, nightly, { ...looking, schedule: { cron: "0 99 * * *", zone: "UTC" } }];
    const others = planned("vm", { datasets: [{ name: "apps", born: "archive" }] });
    expect(contradictions([planned("nas", { jobs }), others])).toHaveLength(3);
  });
});

test("plans that fit have no contradictions", () => {
  expect(contradictions(chainPlans())).toEqual([]);
  const twoWays = [carrying("nightly", "fast", "archive", 26), carrying("weekly", "fast", "archive", 26)];
  expect(contradictions([planned("nas", { jobs: twoWays })])).toEqual([]);
});

describe("chains of a site as one order", () => {
  test("follow the longest, and a tier stands before that which it leads to", () => {
    const photos = ["archive", "mirror", "staging", "cloud", "offsite", "vault"];
    expect(joined([["fast", "archive", "staging", "offsite"], photos])).toEqual(["fast", ...photos]);
    expect(joined([["a", "b", "c"], ["a", "x"], ["y"]])).toEqual(["a", "b", "c", "x", "y"]);
    expect(joined([])).toEqual([]);
  });
});
