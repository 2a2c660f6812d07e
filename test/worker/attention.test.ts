/** Silences, pauses and reminders through the worker's own sweep and database. */
import { env } from "cloudflare:workers";
import { beforeEach, expect, test } from "vitest";
import { sweep } from "../../worker/sweep.ts";
import { HOUR, MINUTE, night, referenceSite, type Site } from "./reference.ts";
import {
  beat,
  clocksRanUntil,
  db,
  emptyDatabase,
  type Mail,
  request,
  run,
  START,
  settingsWith,
  status,
} from "./support.ts";

const BAD = START + HOUR + 10 * MINUTE;
let site: Site;
let mails: Mail[];

beforeEach(async () => {
  await emptyDatabase();
  mails = [];
  site = await referenceSite(START);
  await night(site, START + HOUR, { seq: 1 });
  await sweepAt(START + HOUR);
});

/** A sweep that reminds of what is critical each hour. */
async function sweepAt(now: number): Promise<void> {
  await clocksRanUntil(now);
  await sweep(db, { ...settingsWith(mails), remind: { critical: HOUR, warning: null } }, now, "cron");
}

/** Both hosts are heard until `to`, with a sweep each five minutes. */
async function until(from: number, to: number): Promise<void> {
  for (let at = from; at <= to; at += 5 * MINUTE) {
    const seq = 100 + (at - START) / MINUTE;
    await beat(site.corenas, { runs: [run("health", seq, at)] }, at);
    await beat(site.winvm, {}, at);
    await sweepAt(at);
  }
}

async function act(kind: string, scope: string, fromAt: number, untilAt: number): Promise<void> {
  await env.DB.prepare(
    "INSERT INTO acts (site, id, kind, scope, from_at, until_at, made_by, made_at) VALUES ('home', ?, ?, ?, ?, ?, 'me', 0)",
  )
    .bind(`${kind}-${scope}`, kind, scope, fromAt, untilAt)
    .run();
}

async function fails(at: number): Promise<void> {
  await beat(site.corenas, { runs: [run("sync", 50, at, { status: "failed", exitCode: 1 })] }, at);
}

const subjects = () => mails.map(({ subject }) => subject);

test("what goes bad in a silence is mailed at its end, by a sweep that no watch asked for", async () => {
  await act("silence", "job:corenas/sync", BAD, BAD + 30 * MINUTE);
  await fails(BAD);
  await until(BAD, BAD + 25 * MINUTE);
  expect(subjects()).toEqual([]);
  const [home] = (await status(BAD + 25 * MINUTE)).sites;
  expect(home?.incidents).toMatchObject([{ root: "job:corenas/sync", silenced: true }]);
  await until(BAD + 30 * MINUTE, BAD + 30 * MINUTE);
  expect(subjects()).toEqual(["home: sync on corenas failed"]);
});

test("an open incident is reminded of each hour until it is acknowledged", async () => {
  await fails(BAD);
  await until(BAD, BAD + 125 * MINUTE);
  const still = "Still: home: sync on corenas failed";
  expect(subjects()).toEqual(["home: sync on corenas failed", still, still]);
  await env.DB.prepare("UPDATE incidents SET acked_at = ?, acked_by = 'me'").bind(BAD).run();
  await until(BAD + 130 * MINUTE, BAD + 200 * MINUTE);
  expect(subjects()).toHaveLength(3);
  expect(await (await request("/", {}, BAD + 200 * MINUTE)).text()).toContain("Acknowledged: no reminders");
});

test("a paused watch is not judged, and counts anew when its pause is over", async () => {
  await act("pause", "job:corenas/sync", BAD, BAD + 50 * HOUR);
  await fails(BAD);
  await until(BAD, BAD + 10 * MINUTE);
  expect(subjects()).toEqual([]);
  const [home] = (await status(BAD + 10 * MINUTE)).sites;
  expect(home?.jobs.find(({ name }) => name === "sync")).toMatchObject({ status: "paused", reason: "paused" });
});
