/** Who hears what, and when, through the worker's own sweep and database. */
import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, test } from "vitest";
import type { Channel } from "../../worker/channels/kinds.ts";
import { everything, type Routing } from "../../worker/judge/route.ts";
import { acknowledgement, snooze } from "../../worker/store/act-sql.ts";
import { writeAll } from "../../worker/store/database.ts";
import { sweep } from "../../worker/sweep.ts";
import { HOUR, MINUTE, night, referenceSite, type Site } from "./reference.ts";
import { beat, clocksRanUntil, db, emptyDatabase, request, run, START, settingsWith } from "./support.ts";

/** 03:10 UTC: the nightly jobs are done. */
const BAD = START + HOUR + 10 * MINUTE;
const NIGHT = { from: 22 * 60, until: 7 * 60, zone: "UTC" };
/** 07:00 UTC. */
const MORNING = START + 5 * HOUR;

let site: Site;
let heard: { channel: string; subject: string; at: number }[];
let routings: Partial<Routing>[];
/** No channel takes anything. */
let isIll: boolean;

beforeEach(async () => {
  await emptyDatabase();
  heard = [];
  routings = [];
  isIll = false;
  site = await referenceSite(START);
  await night(site, START + HOUR, { seq: 1 });
  await sweepAt(START + HOUR);
});

/** One mail channel for each of `routings`, named `first`, `second`, … */
function settings(now: number) {
  const channels = routings.map((routing, index): Channel => {
    const name = ["first", "second", "third"][index] ?? "more";
    const send = async ({ subject }: { subject: string }) => {
      if (isIll) throw new Error("451 try again later");
      heard.push({ channel: name, subject, at: now });
    };
    const fields = { kind: "email" as const, from: "tierwatch@example.org", to: "me@example.org" };
    return { ...fields, name, sender: { send }, routing: { ...everything(name), ...routing } };
  });
  return { ...settingsWith([]), channels, remind: { critical: HOUR, warning: HOUR } };
}

async function sweepAt(now: number): Promise<void> {
  await clocksRanUntil(now);
  await sweep(db, settings(now), now, "cron");
}

/** Both hosts are heard until `to`, with a sweep each five minutes. */
async function until(from: number, to: number): Promise<void> {
  for (let at = from; at <= to; at += 5 * MINUTE) {
    await beat(site.corenas, { runs: [run("health", 100 + (at - START) / MINUTE, at)] }, at);
    await beat(site.winvm, {}, at);
    await sweepAt(at);
  }
}

async function ends(status: "failed" | "warned" | "succeeded", at: number, seq: number): Promise<void> {
  await beat(site.corenas, { runs: [run("sync", seq, at, { status, exitCode: status === "failed" ? 1 : 0 })] }, at);
}

async function acknowledged(at: number): Promise<void> {
  await env.DB.prepare("UPDATE incidents SET acked_at = ?, acked_by = 'me'").bind(at).run();
}

/** What a channel heard: the subject, and how long after `BAD`. */
const told = (channel: string) =>
  heard.filter((mail) => mail.channel === channel).map(({ subject, at }) => [subject, (at - BAD) / MINUTE]);

const states = async (channel: string) => {
  const rows = await env.DB.prepare("SELECT kind, state, last_error FROM deliveries WHERE channel = ? ORDER BY id")
    .bind(channel)
    .all<{ kind: string; state: string; last_error: string | null }>();
  return rows.results.map(({ kind, state, last_error }) => [kind, state, last_error]);
};

describe("an escalation", () => {
  beforeEach(() => {
    routings = [{}, { afterMs: 30 * MINUTE }];
  });

  test("comes to the second channel when nobody acknowledged in time, and to the minute", async () => {
    await ends("failed", BAD, 50);
    await until(BAD, BAD + 40 * MINUTE);
    expect(told("first")).toEqual([["home: sync on corenas failed", 0]]);
    expect(told("second")).toEqual([["home: sync on corenas failed", 30]]);
  });

  test("does not come when somebody acknowledged; the end is told to the first alone", async () => {
    await ends("failed", BAD, 50);
    await until(BAD, BAD + 20 * MINUTE);
    await acknowledged(BAD + 21 * MINUTE);
    await until(BAD + 25 * MINUTE, BAD + 45 * MINUTE);
    await ends("succeeded", BAD + 50 * MINUTE, 51);
    await until(BAD + 50 * MINUTE, BAD + 60 * MINUTE);
    expect(told("first").map(([subject]) => subject)).toEqual([
      "home: sync on corenas failed",
      "home: sync on corenas is well again",
    ]);
    expect(told("second")).toEqual([]);
    expect(await states("second")).toEqual([["opened", "dropped", "acknowledged before it went out"]]);
  });

  test("does not come, nor its end, when the incident closed in time", async () => {
    await ends("failed", BAD, 50);
    await until(BAD, BAD + 20 * MINUTE);
    await ends("succeeded", BAD + 25 * MINUTE, 51);
    await until(BAD + 25 * MINUTE, BAD + 40 * MINUTE);
    expect(told("first")).toHaveLength(2);
    expect(told("second")).toEqual([]);
    expect(await states("second")).toEqual([["opened", "dropped", "closed before it went out"]]);
  });

  test("that came is followed by reminders and the end", async () => {
    await ends("failed", BAD, 50);
    await until(BAD, BAD + 60 * MINUTE);
    await ends("succeeded", BAD + 65 * MINUTE, 51);
    await until(BAD + 65 * MINUTE, BAD + 70 * MINUTE);
    expect(told("second")).toEqual([
      ["home: sync on corenas failed", 30],
      ["Still: home: sync on corenas failed", 60],
      ["home: sync on corenas is well again", 65],
    ]);
  });
});

test("what somebody acknowledged, and snoozed after that, is reminded of when the snooze is over", async () => {
  routings = [{}];
  await ends("failed", BAD, 50);
  await until(BAD, BAD + 10 * MINUTE);
  await acknowledged(BAD + 11 * MINUTE);
  await env.DB.prepare("UPDATE incidents SET snoozed_until = ?1, due_at = ?1")
    .bind(BAD + 40 * MINUTE)
    .run();
  await until(BAD + 15 * MINUTE, BAD + 3 * HOUR);
  expect(told("first")).toEqual([
    ["home: sync on corenas failed", 0],
    ["Still: home: sync on corenas failed", 40],
  ]);
});

describe("a channel that was ill", () => {
  beforeEach(async () => {
    routings = [{}];
    await ends("failed", BAD, 50);
    await until(BAD, BAD + 10 * MINUTE);
    isIll = true;
  });

  test("hears the newest of the reminders that it missed, and not all of them", async () => {
    await until(BAD + 15 * MINUTE, BAD + 3 * HOUR + 5 * MINUTE);
    isIll = false;
    await until(BAD + 3 * HOUR + 10 * MINUTE, BAD + 3 * HOUR + 55 * MINUTE);
    expect(told("first").map(([subject]) => subject)).toEqual([
      "home: sync on corenas failed",
      "Still: home: sync on corenas failed",
    ]);
    expect(await states("first")).toEqual([
      ["opened", "delivered", null],
      ["reminder", "dropped", "a newer one goes out"],
      ["reminder", "dropped", "a newer one goes out"],
      ["reminder", "delivered", null],
    ]);
  });

  test("is not reminded of what somebody acknowledged meanwhile", async () => {
    await until(BAD + 15 * MINUTE, BAD + HOUR);
    await acknowledged(BAD + HOUR + MINUTE);
    isIll = false;
    await until(BAD + HOUR + 5 * MINUTE, BAD + 2 * HOUR);
    expect(told("first")).toHaveLength(1);
    expect((await states("first"))[1]).toEqual(["reminder", "dropped", "acknowledged before it went out"]);
  });

  test("is not reminded of what somebody acknowledged again, after a snooze, meanwhile", async () => {
    const root = "job:corenas/sync";
    const owner = { by: "me", through: "session" as const };
    await writeAll(db, acknowledgement("home", { root }, owner, BAD + 11 * MINUTE));
    await writeAll(db, snooze("home", { root }, BAD + HOUR, owner, BAD + 12 * MINUTE));
    await until(BAD + 15 * MINUTE, BAD + HOUR);
    await writeAll(db, acknowledgement("home", { root }, owner, BAD + HOUR + MINUTE));
    isIll = false;
    await until(BAD + HOUR + 5 * MINUTE, BAD + 2 * HOUR);
    expect(told("first")).toHaveLength(1);
    expect((await states("first"))[1]).toEqual(["reminder", "dropped", "acknowledged before it went out"]);
  });

  test("hears of what is over that it is over, and no more that it goes on", async () => {
    await until(BAD + 15 * MINUTE, BAD + HOUR);
    await ends("succeeded", BAD + HOUR + 5 * MINUTE, 51);
    isIll = false;
    await until(BAD + HOUR + 5 * MINUTE, BAD + 2 * HOUR);
    expect(told("first").map(([subject]) => subject)).toEqual([
      "home: sync on corenas failed",
      "home: sync on corenas is well again",
    ]);
  });
});

describe("quiet hours", () => {
  beforeEach(() => {
    routings = [{ quiet: NIGHT }];
  });

  test("hold a warning back until they end; reminders of the night are not added to it", async () => {
    await ends("warned", BAD, 50);
    await until(BAD, MORNING);
    expect(told("first")).toEqual([[expect.stringMatching(/warning/), (MORNING - BAD) / MINUTE]]);
  });

  test("say nothing of a warning that was over before they ended", async () => {
    await ends("warned", BAD, 50);
    await until(BAD, BAD + 10 * MINUTE);
    await ends("succeeded", BAD + 15 * MINUTE, 51);
    await until(BAD + 15 * MINUTE, MORNING);
    expect(told("first")).toEqual([]);
  });

  test("hold back nothing critical, neither its beginning nor its end", async () => {
    await ends("failed", BAD, 50);
    await until(BAD, BAD + 10 * MINUTE);
    await ends("succeeded", BAD + 15 * MINUTE, 51);
    await until(BAD + 15 * MINUTE, BAD + 20 * MINUTE);
    expect(told("first")).toEqual([
      ["home: sync on corenas failed", 0],
      ["home: sync on corenas is well again", 15],
    ]);
  });

  test("end for a warning when it becomes critical", async () => {
    await ends("warned", BAD, 50);
    await until(BAD, BAD + 10 * MINUTE);
    await ends("failed", BAD + 15 * MINUTE, 51);
    await until(BAD + 15 * MINUTE, BAD + 20 * MINUTE);
    expect(told("first")).toEqual([[expect.stringMatching(/^Now critical: /), 15]]);
    expect(await states("first")).toEqual([["opened", "delivered", null]]);
  });
});

describe("a channel for critical alerts", () => {
  test("is told of an incident when it becomes critical, as of one that opens, and of its end", async () => {
    routings = [{}, { least: "critical" }];
    await ends("warned", BAD, 50);
    await until(BAD, BAD + 10 * MINUTE);
    await ends("failed", BAD + 15 * MINUTE, 51);
    await until(BAD + 15 * MINUTE, BAD + 20 * MINUTE);
    await ends("succeeded", BAD + 25 * MINUTE, 52);
    await until(BAD + 25 * MINUTE, BAD + 30 * MINUTE);
    expect(told("first").map(([, after]) => after)).toEqual([0, 15, 25]);
    expect(told("second")).toEqual([
      [expect.stringMatching(/^Now critical: /), 15],
      ["home: sync on corenas is well again", 25],
    ]);
    expect(await states("second")).toEqual([
      ["closed", "delivered", null],
      ["opened", "delivered", null],
    ]);
  });
});

describe("a channel for some sites or tiers", () => {
  test("that names one nobody watches is named on the page", async () => {
    routings = [{ sites: ["hoem"] }];
    const page = await (await request("/", {}, BAD, settings(BAD))).text();
    expect(page).toContain("did you mean &quot;home&quot;?");
  });

  test("hears of what touches them, and nothing of the rest, not even its end", async () => {
    routings = [{ sites: ["cabin"] }, { tiers: ["offsite"] }, { tiers: ["elsewhere"] }];
    await ends("failed", BAD, 50);
    await until(BAD, BAD + 10 * MINUTE);
    await ends("succeeded", BAD + 15 * MINUTE, 51);
    await until(BAD + 15 * MINUTE, BAD + 20 * MINUTE);
    expect(told("first")).toEqual([]);
    expect(told("second")).toHaveLength(2);
    expect(told("third")).toEqual([]);
  });
});
