/** Heartbeats that cross: each reads the same watch before the other has written it. */
import { beforeEach, expect, test } from "vitest";
import { beforeBatches } from "./between.ts";
import { corenasPlan, MINUTE } from "./reference.ts";
import { beat, emptyDatabase, enrolled, run, START, status, sweepAt, type TestHost } from "./support.ts";

let host: TestHost;
beforeEach(async () => {
  await emptyDatabase();
  host = await enrolled("home", "corenas", corenasPlan, START);
});

let seq = 1;
const ranWell = () => beat(host, { runs: [run("health", seq++, START + MINUTE)] }, START + 2 * MINUTE);
const failed = () => run("health", seq++, START + 3 * MINUTE, { status: "failed", reason: "no such pool" });

test("leave what both of them said", async () => {
  const now = START + 4 * MINUTE;
  const answer = await beat(host, { runs: [failed()] }, now, now, beforeBatches(1, ranWell));
  expect(answer.status).toBe(200);
  await sweepAt(now);
  const [home] = (await status(now)).sites;
  expect(home?.jobs.find(({ name }) => name === "health")).toMatchObject({ status: "failed" });
});

test("again and again are not taken, so that the pusher keeps them and sends them later", async () => {
  const now = START + 4 * MINUTE;
  const runs = [failed()];
  expect((await beat(host, { runs }, now, now, beforeBatches(99, ranWell))).status).toBe(503);
  expect((await beat(host, { runs }, now)).status).toBe(200);
});
