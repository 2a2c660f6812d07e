/** The life of a site through the worker's own doors: what is seen, and how many alerts it makes. */
import { beforeEach, describe, expect, test } from "vitest";
import { beats2, HOUR, MINUTE, type Night, night, referenceSite, type Site } from "./reference.ts";
import { beat, emptyDatabase, iso, type Mail, run, START, status, sweepAt } from "./support.ts";

let site: Site;
let mails: Mail[];

beforeEach(async () => {
  await emptyDatabase();
  mails = [];
  site = await referenceSite(START);
  await night(site, START + HOUR, { seq: 1 });
  await sweepAt(START + HOUR, mails);
});

/** Days of nights from `from` on, with beats and sweeps in between, leaving out what `without` says. */
async function days(from: number, count: number, without: Night["without"] = []): Promise<number> {
  for (let day = 0; day < count; day++) {
    const at = from + day * 24 * HOUR;
    await night(site, at, { seq: 10 + 10 * Math.round((at - START) / HOUR), without });
    await sweepAt(at, mails);
    for (let hour = 1; hour < 24; hour++) await quietHour(at + hour * HOUR);
  }
  return from + count * 24 * HOUR;
}

async function quietHour(at: number): Promise<void> {
  await beat(site.winvm, {}, at);
  await beat(site.corenas, { runs: [run("health", at / MINUTE, at)] }, at);
  await sweepAt(at, mails);
}

const subjects = () => mails.map(({ subject }) => subject);

async function tiers(now: number): Promise<Record<string, string>> {
  const [home] = (await status(now)).sites;
  return Object.fromEntries(home?.tiers.map((tier) => [tier.name, tier.status]) ?? []);
}

describe("a site where everything works", () => {
  test("shows every tier ok with its proven recovery point and alerts nobody", async () => {
    const now = START + HOUR;
    expect(await tiers(now)).toEqual({ fast: "ok", archive: "ok", staging: "ok", offsite: "ok" });
    const [home] = (await status(now)).sites;
    expect(home?.copies.map(({ recoveryAt }) => recoveryAt)).toEqual(Array(5).fill(iso(now - 50 * MINUTE)));
    expect(mails).toEqual([]);
  });
});

describe("a silent site", () => {
  test("is one alert that counts what hangs on it, and one when it is heard again", async () => {
    for (let at = START + HOUR; at <= START + 80 * HOUR; at += 10 * MINUTE) await sweepAt(at, mails);
    expect(mails.map(({ subject }) => subject)).toEqual([expect.stringMatching(/^home is silent/)]);
    expect(mails[0]?.text).toContain("9 jobs and copies hang on it");
    expect(mails[0]?.text).toContain("If the site were lost now");

    const back = START + 81 * HOUR;
    await night(site, back, { seq: 4 });
    await sweepAt(back, mails);
    for (let at = back; at <= back + 6 * HOUR; at += 5 * MINUTE) {
      await beats2(site, at);
      await sweepAt(at, mails);
      if ((at - back) % HOUR === 0) await beat(site.corenas, { runs: [run("health", 10 + at, at)] }, at);
    }
    expect(mails.map(({ subject }) => subject)).toEqual([
      expect.stringMatching(/^home is silent/),
      "home is heard again",
    ]);
    expect(await tiers(back + 6 * HOUR)).toEqual({ fast: "ok", archive: "ok", staging: "ok", offsite: "ok" });
  });
});

describe("a stuck hop", () => {
  test("Syncthing stopped: one alert names the first broken hop, what is behind it is blocked", async () => {
    const next = await days(START + 25 * HOUR, 2, ["sync"]);
    expect(subjects()).toEqual([expect.stringContaining("sync")]);
    expect(mails[0]?.text).toContain("sync (archive → staging)");
    expect(await tiers(next)).toEqual({ fast: "ok", archive: "ok", staging: "missed", offsite: "blocked" });
    const [home] = (await status(next)).sites;
    expect(home?.incidents).toMatchObject([{ root: "job:corenas/sync", closedAt: null }]);
  });

  test("its recovery is one closing alert, and what was behind it follows without an alert of its own", async () => {
    const next = await days(START + 25 * HOUR, 2, ["sync"]);
    const end = await days(next, 3);
    expect(subjects()).toEqual([
      expect.stringContaining("sync"),
      expect.stringContaining("sync on corenas is well again"),
    ]);
    expect(await tiers(end - HOUR)).toEqual({ fast: "ok", archive: "ok", staging: "ok", offsite: "ok" });
  });

  test("a job that exits 0 and copies nothing leaves its copy to age out of its window", async () => {
    await night(site, START + 25 * HOUR, { seq: 50, emptyNightly: true });
    const at = START + 28 * HOUR;
    for (let hour = 25; hour <= 28; hour++) await quietHour(START + hour * HOUR);
    const [home] = (await status(at)).sites;
    expect(home?.jobs.find(({ name }) => name === "nightly")?.status).toBe("ok");
    expect(home?.copies.find(({ dataset, tier }) => dataset === "apps" && tier === "archive")?.status).toBe("missed");
    expect(subjects()).toEqual([expect.stringContaining("nightly (fast → archive) stuck")]);
  });
});

describe("what a host says of itself", () => {
  const disk = {
    name: "pool.archive.state",
    value: "DEGRADED",
    verdict: "warning" as const,
    text: "pool archive is DEGRADED: disk3 is OFFLINE",
  };

  test("a reading turns its tier degraded, and the alert names the disk", async () => {
    const at = START + 2 * HOUR;
    await beat(site.winvm, {}, at);
    await beat(site.corenas, { runs: [run("health", 9, at, { readings: [disk] })] }, at);
    await sweepAt(at, mails);
    expect(subjects()).toEqual(["home: pool archive is DEGRADED: disk3 is OFFLINE"]);
    expect((await tiers(at)).archive).toBe("degraded");

    await quietHour(at + HOUR);
    expect(subjects().slice(1)).toEqual(["home: health on corenas is well again"]);
    expect((await tiers(at + HOUR)).archive).toBe("ok");
  });

  test("a failed run is told once, however often it fails, with its reason", async () => {
    for (let hour = 2; hour < 6; hour++) {
      const at = START + hour * HOUR;
      const failed = run("health", hour + 7, at, { status: "failed", exitCode: 1, reason: "no such pool: archive" });
      await beat(site.corenas, { runs: [failed] }, at);
      await beat(site.winvm, {}, at);
      await sweepAt(at, mails);
    }
    expect(subjects()).toEqual(["home: health on corenas failed"]);
    expect(mails[0]?.text).toContain("no such pool: archive");
  });

  test("a sampled file that differs makes the copy fail at once and names the file", async () => {
    const at = START + 2 * HOUR;
    const marker = "11111111-1111-4111-8111-111111111111";
    const seen = {
      marker,
      dataset: "photos",
      tier: "staging",
      at: iso(at),
      sampled: 20,
      matched: 19,
      changed: 0,
      missing: 0,
    };
    await beat(
      site.corenas,
      { runs: [run("sync", 9, at, { born: [{ marker, dataset: "photos", tier: "archive", at: iso(at - MINUTE) }] })] },
      at,
    );
    await beat(site.winvm, { seen: [{ ...seen, mismatched: 1, examples: ["2026/img_1.jpg"] }] }, at);
    await sweepAt(at, mails);
    expect(subjects()).toEqual(["home: photos in staging differs from its source"]);
    expect(mails[0]?.text).toContain("2026/img_1.jpg");
    expect((await tiers(at)).staging).toBe("failed");
  });
});

describe("one host of two silent", () => {
  test("is one alert about that host; copies it carries or sees are blocked behind it", async () => {
    for (let at = START + HOUR; at <= START + 40 * HOUR; at += 5 * MINUTE) {
      const hourly = (at - START) % HOUR === 0 ? [run("health", at / MINUTE, at)] : [];
      const daily =
        (at - START) % (24 * HOUR) === HOUR && at > START + HOUR
          ? ["nightly", "sync"].map((job, i) => run(job, 70 + i, at))
          : [];
      await beat(site.corenas, { runs: [...hourly, ...daily] }, at);
      await sweepAt(at, mails);
    }
    expect(subjects()[0]).toMatch(/^winvm is silent at home/);
    const [home] = (await status(START + 40 * HOUR)).sites;
    expect(home?.copies.filter(({ tier }) => tier === "offsite").map(({ status }) => status)).toEqual([
      "blocked",
      "blocked",
    ]);
    expect(home?.incidents.filter(({ root }) => root.startsWith("host:"))).toHaveLength(1);
    expect(subjects().filter((subject) => subject.includes("offsite"))).toEqual([]);
  });
});

describe("reports that come late", () => {
  test("a run that was in time but told late closes the incident and says so", async () => {
    const [due, back] = [START + 25 * HOUR, START + 27 * HOUR];
    for (let at = START + 2 * HOUR; at < due; at += HOUR) await quietHour(at);
    for (let at = due; at < back; at += 5 * MINUTE) {
      await beats2(site, at);
      await sweepAt(at, mails);
    }
    const told = subjects();
    expect(told.length).toBeGreaterThan(0);
    const marker = "22222222-2222-4222-8222-222222222222";
    const inTime = run("nightly", 60, due - 10 * MINUTE, {
      born: [{ marker, dataset: "apps", tier: "fast", at: iso(due - 11 * MINUTE) }],
      seen: [
        {
          marker,
          dataset: "apps",
          tier: "archive",
          at: iso(due),
          sampled: 3,
          matched: 3,
          changed: 0,
          missing: 0,
          mismatched: 0,
        },
      ],
    });
    await beat(site.corenas, { runs: [inTime] }, back);
    await sweepAt(back, mails);
    const closing = mails.find(({ subject }) => subject === "home: nightly on corenas is well again");
    expect(closing?.text).toContain("The backup itself was in time");
    expect(closing?.text).toContain("only its report came late");
  });

  test("run numbers that never arrived are visible, and vanish when they do", async () => {
    const at = START + 2 * HOUR;
    await beat(site.corenas, { runs: [run("health", 6, at)] }, at);
    const missing = async () => (await status(at)).sites[0]?.hosts.find(({ name }) => name === "corenas")?.missingRuns;
    expect(await missing()).toEqual([4, 5]);
    await beat(site.corenas, { runs: [run("health", 5, at - MINUTE), run("health", 4, at - 2 * MINUTE)] }, at);
    expect(await missing()).toEqual([]);
  });
});
