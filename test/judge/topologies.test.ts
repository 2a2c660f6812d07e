/** Chains that are no plain line: forks, joins, datasets born in different tiers. One broken hop is one incident in each. */
import { describe, expect, test } from "vitest";
import type { Plan } from "../../protocol/plan.ts";
import type { HostPlan } from "../../worker/judge/chain.ts";
import {
  aliveUntil,
  beats,
  bothHeard,
  carrying,
  HOUR,
  type Life,
  lifeOf,
  look,
  proved,
  ran,
  roots,
  START,
  statuses,
} from "./site.ts";

const WELL = START + HOUR;
const DAY = 24 * HOUR;

function hosts(datasets: Plan["datasets"], nas: Plan["jobs"], vm: Plan["jobs"]): HostPlan[] {
  return [
    { host: "nas", plan: { beat: beats, datasets, jobs: nas }, plannedAt: START },
    { host: "vm", plan: { beat: beats, datasets, jobs: vm }, plannedAt: START },
  ];
}

/** Every named job runs and every named copy gets the data of `at`. */
function night(life: Life, at: number, jobs: readonly string[], copies: readonly string[]): Life {
  let lived = bothHeard(life, at);
  for (const job of jobs) {
    const [host = "", name = ""] = job.split("/");
    lived = ran(lived, host, name, at);
  }
  for (const copy of copies) {
    const [dataset = "", tier = ""] = copy.split("/");
    lived = proved(lived, dataset, tier, at, "nas");
  }
  return look(lived, at);
}

const apps = [{ name: "apps", born: "fast" }];

describe("two tiers fed from one", () => {
  const plans = hosts(
    apps,
    [carrying("nightly", "fast", "archive", 26), carrying("sync", "archive", "staging", 28)],
    [carrying("cloud", "archive", "offsite", 30)],
  );
  const jobs = ["nas/nightly", "nas/sync", "vm/cloud"];
  const all = ["apps/archive", "apps/staging", "apps/offsite"];
  const well = night(lifeOf(plans), WELL, jobs, all);

  test("the one arm that stuck is told, and the other is well", () => {
    const lived = aliveUntil(
      night(well, WELL + DAY, jobs, ["apps/archive", "apps/offsite"]),
      WELL + DAY,
      WELL + 31 * HOUR,
    );
    expect(roots(lived.opened)).toEqual(["job:nas/sync"]);
    expect(statuses(lived)).toMatchObject({ "copy:apps/staging": "missed", "copy:apps/offsite": "ok" });
  });

  test("when the stem sticks it is one incident, and both arms are blocked behind it", () => {
    const lived = aliveUntil(night(well, WELL + DAY, jobs, []), WELL + DAY, WELL + 40 * HOUR);
    expect(roots(lived.opened)).toEqual(["job:nas/nightly"]);
    expect(statuses(lived)).toMatchObject({ "copy:apps/staging": "blocked", "copy:apps/offsite": "blocked" });
  });
});

describe("datasets born in different tiers", () => {
  const datasets = [...apps, { name: "photos", born: "archive" }];
  const both = { datasets: ["apps", "photos"] };
  const plans = hosts(
    datasets,
    [carrying("nightly", "fast", "archive", 26), carrying("sync", "archive", "staging", 28, both)],
    [carrying("cloud", "staging", "offsite", 30, both)],
  );
  const jobs = ["nas/nightly", "nas/sync", "vm/cloud"];
  const photos = ["photos/staging", "photos/offsite"];
  const well = night(lifeOf(plans), WELL, jobs, ["apps/archive", "apps/staging", "apps/offsite", ...photos]);

  test("a first hop that stuck hurts only what is born before it", () => {
    const lived = aliveUntil(night(well, WELL + DAY, jobs, photos), WELL + DAY, WELL + 40 * HOUR);
    expect(roots(lived.opened)).toEqual(["job:nas/nightly"]);
    expect(statuses(lived)).toMatchObject({
      "copy:apps/archive": "missed",
      "copy:apps/offsite": "blocked",
      "copy:photos/staging": "ok",
      "copy:photos/offsite": "ok",
    });
  });

  test("a hop that both pass is one incident for both", () => {
    const lived = aliveUntil(night(well, WELL + DAY, jobs, ["apps/archive"]), WELL + DAY, WELL + 40 * HOUR);
    expect(roots(lived.opened)).toEqual(["job:nas/sync"]);
    expect(statuses(lived)).toMatchObject({
      "copy:apps/staging": "missed",
      "copy:photos/staging": "missed",
      "copy:apps/offsite": "blocked",
      "copy:photos/offsite": "blocked",
    });
  });
});

describe("a copy fed by two jobs", () => {
  const plans = hosts(
    apps,
    [carrying("nightly", "fast", "archive", 26), carrying("weekly", "fast", "archive", 26)],
    [carrying("cloud", "archive", "offsite", 30)],
  );
  const jobs = ["nas/nightly", "nas/weekly", "vm/cloud"];
  const well = night(lifeOf(plans), WELL, jobs, ["apps/archive", "apps/offsite"]);

  test("is well as long as one of them brings data, and the other is told for itself", () => {
    let lived = well;
    for (const at of [WELL + DAY, WELL + 2 * DAY]) {
      lived = night(lived, at, ["nas/nightly", "vm/cloud"], ["apps/archive", "apps/offsite"]);
      lived = aliveUntil(lived, at, at + 23 * HOUR);
    }
    expect(roots(lived.opened)).toEqual(["job:nas/weekly"]);
    expect(statuses(lived)).toMatchObject({ "copy:apps/archive": "ok", "copy:apps/offsite": "ok" });
  });
});
