/** Clocks that stood still: one notice, no flood, and what really broke meanwhile is still found. */
import { beforeEach, describe, expect, test } from "vitest";
import { beats2, HOUR, MINUTE, night, referenceSite, type Site } from "./reference.ts";
import { emptyDatabase, iso, type Mail, request, START, status, sweepAfterStandstill, sweepAt } from "./support.ts";

const STOPPED = START + HOUR + 4 * MINUTE;
const RESUMED = STOPPED + 30 * HOUR;
let site: Site;
let mails: Mail[];

beforeEach(async () => {
  await emptyDatabase();
  mails = [];
  site = await referenceSite(START);
  await night(site, START + HOUR, { seq: 1 });
  await sweepAt(START + HOUR, mails);
  await sweepAt(STOPPED, mails);
});

const subjects = () => mails.map(({ subject }) => subject);
const NOTICE = "Tierwatch itself was blind for 30 h; it looks again";

/** Sweeps each minute, as the clocks make them. */
async function clocksRun(from: number, to: number, alive: boolean): Promise<void> {
  for (let at = from; at <= to; at += 5 * MINUTE) {
    if (alive) await beats2(site, at);
    await sweepAfterStandstill(at, mails);
  }
}

describe("after 30 hours without a sweep", () => {
  test("a site that lived on is told of by one notice, and nothing else", async () => {
    await sweepAfterStandstill(RESUMED, mails);
    await night(site, RESUMED + MINUTE, { seq: 10 });
    await clocksRun(RESUMED + 2 * MINUTE, RESUMED + 30 * MINUTE, true);
    expect(subjects()).toEqual([NOTICE]);
  });

  test("a site that is gone is one alert beside the notice, since it was due", async () => {
    await clocksRun(RESUMED, RESUMED + 3 * HOUR, false);
    expect(subjects()).toEqual([NOTICE, expect.stringMatching(/^home is silent/)]);
    const [home] = (await status(RESUMED + 3 * HOUR)).sites;
    const [incident] = home?.incidents ?? [];
    expect(Date.parse(incident?.openedAt ?? "")).toBeLessThan(STOPPED + HOUR);
  });

  test("the page keeps it in the history", async () => {
    await sweepAfterStandstill(RESUMED, mails);
    const json: { blindIntervals: unknown } = await (await request("/status.json", {}, RESUMED)).json();
    expect(json.blindIntervals).toEqual([{ fromAt: iso(STOPPED), untilAt: iso(RESUMED) }]);
    const text = (await (await request("/", {}, RESUMED + MINUTE)).text()).replace(/<[^>]+>/g, " ");
    expect(text).toMatch(/When nobody looked\s+No deadline was checked\s+2026-11-23 03:04 UTC\s*, lasted 30 h/);
  });

  test("a second sweep says nothing more, and a pause of five minutes is none", async () => {
    await sweepAfterStandstill(RESUMED, mails);
    await beats2(site, RESUMED);
    await sweepAfterStandstill(RESUMED + 5 * MINUTE, mails);
    expect(subjects()).toEqual([NOTICE]);
  });
});
