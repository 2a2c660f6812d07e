/** What crosses: a heartbeat or a sweep reads a watch that another writes before it. */
import { beforeEach, expect, test } from "vitest";
import { sweep } from "../../worker/sweep.ts";
import { beforeBatches } from "./between.ts";
import { corenasPlan, HOUR, MINUTE } from "./reference.ts";
import {
  beat,
  clocksRanUntil,
  emptyDatabase,
  enrolled,
  type Mail,
  run,
  START,
  settingsWith,
  status,
  sweepAt,
  type TestHost,
} from "./support.ts";

let host: TestHost;
beforeEach(async () => {
  await emptyDatabase();
  host = await enrolled("home", "corenas", corenasPlan, START);
});

let seq = 1;
const ranWell = () => beat(host, { runs: [run("health", seq++, START + MINUTE)] }, START + 2 * MINUTE);
const failed = () => run("health", seq++, START + 3 * MINUTE, { status: "failed", reason: "no such pool" });

test("heartbeats that cross leave what both of them said", async () => {
  const now = START + 4 * MINUTE;
  const answer = await beat(host, { runs: [failed()] }, now, now, beforeBatches(1, ranWell));
  expect(answer.status).toBe(200);
  await sweepAt(now);
  const [home] = (await status(now)).sites;
  expect(home?.jobs.find(({ name }) => name === "health")).toMatchObject({ status: "failed" });
});

test("heartbeats that cross again and again are not taken, so that the pusher keeps them and sends them later", async () => {
  const now = START + 4 * MINUTE;
  const runs = [failed()];
  expect((await beat(host, { runs }, now, now, beforeBatches(99, ranWell))).status).toBe(503);
  expect((await beat(host, { runs }, now)).status).toBe(200);
});

/** A sweep after the first run of `health` was missed, of a host that beats between its reading and its writing, so many times. */
async function sweptAmong(heartbeats: number, mails: Mail[], now: number) {
  let beats = 0;
  const goesOn = () => beat(host, {}, now + 1000 * beats++);
  await goesOn();
  await sweepAt(START);
  await clocksRanUntil(now);
  return sweep(beforeBatches(heartbeats, goesOn), settingsWith(mails), now, "cron");
}

test("a site that is heard while it is judged is judged again, three times in one sweep, and then by the next", async () => {
  const mails: Mail[] = [];
  const missed = { subject: expect.stringContaining("health"), text: expect.any(String) };
  expect(await sweptAmong(3, mails, START + 3 * HOUR)).toMatchObject({ watchesDue: 0, skipped: 1 });
  expect(mails).toEqual([]);
  expect(await sweptAmong(2, mails, START + 3 * HOUR + MINUTE)).toMatchObject({ watchesDue: 1, skipped: 0 });
  expect(mails).toEqual([missed]);
});
