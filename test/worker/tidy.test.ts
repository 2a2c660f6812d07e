/** What is old goes once a day, and nothing that a judgement or the page rests on. */
import { env } from "cloudflare:workers";
import { beforeEach, expect, test } from "vitest";
import { HOUR, MINUTE, night, referenceSite, type Site } from "./reference.ts";
import { emptyDatabase, START, status, sweepAt } from "./support.ts";

const DAY = 24 * HOUR;
let site: Site;

beforeEach(async () => {
  await emptyDatabase();
  site = await referenceSite(START);
  await night(site, START + HOUR, { seq: 1 });
  await sweepAt(START + HOUR);
});

async function count(table: string): Promise<unknown> {
  return env.DB.prepare(`SELECT count(*) AS n FROM ${table}`).first("n");
}

test("runs and markers go after 150 days, and the copies keep what they proved", async () => {
  await sweepAt(START + 149 * DAY);
  expect(await count("runs")).toBeGreaterThan(0);
  await sweepAt(START + 152 * DAY);
  expect([await count("runs"), await count("markers")]).toEqual([0, 0]);
  const [home] = (await status(START + 152 * DAY)).sites;
  expect(home?.copies.map(({ recoveryAt }) => recoveryAt)).not.toContain(null);
});

test("a closed incident goes after 400 days, an open one never", async () => {
  await sweepAt(START + 2 * DAY);
  expect(await count("incidents")).toBe(1);
  await sweepAt(START + 500 * DAY);
  expect(await count("incidents")).toBe(1);
  await env.DB.prepare("UPDATE incidents SET closed_at = ?")
    .bind(START + 3 * DAY)
    .run();
  await sweepAt(START + 501 * DAY + MINUTE);
  expect(await count("incidents WHERE closed_at IS NOT NULL")).toBe(0);
});

test("no more often than once a day", async () => {
  await sweepAt(START + 200 * DAY);
  await night(site, START + HOUR, { seq: 1 });
  const again = await count("runs");
  await sweepAt(START + 200 * DAY + 23 * HOUR);
  expect(await count("runs")).toBe(again);
  await sweepAt(START + 201 * DAY);
  expect(again).toBeGreaterThan(0);
  expect(await count("runs")).toBe(0);
});
