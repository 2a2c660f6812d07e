/** The owner's acts by the API: incidents, silences and pauses. Each does what it says, and is written down. */
import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, test } from "vitest";
import { type OwnedSite, ownedSite, trail } from "./owned-site.ts";
import { signedIn } from "./owner.ts";
import { corenasPlan } from "./reference.ts";
import { beat, run, START, sweepAt } from "./support.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const HOME = { site: "home" };

let site: OwnedSite;
beforeEach(async () => {
  site = await ownedSite();
});
const as: OwnedSite["as"] = (...asked) => site.as(...asked);

/** An incident about a job that failed. */
async function incident(): Promise<string> {
  const job = corenasPlan.jobs[0]?.name ?? "";
  await beat(site.corenas, { runs: [run(job, 1, START + HOUR, { status: "failed", exitCode: 1 })] }, START + HOUR);
  await sweepAt(START + HOUR);
  const { said } = await as("listIncidents", { params: HOME, now: START + HOUR });
  const { incidents } = said as { incidents: { id: string }[] };
  return incidents[0]?.id ?? "none";
}

describe("incidents", () => {
  test("are acknowledged by whoever did it, once, and read with what was sent", async () => {
    const id = await incident();
    const now = START + 2 * HOUR;
    expect((await as("acknowledge", { params: { id }, now })).status).toBe(204);
    const bert = (await signedIn(START + HOUR, "bert")).headers;
    expect((await as("acknowledge", { params: { id }, now: now + 1, headers: bert })).status).toBe(204);
    const { said } = await as("readIncident", { params: { id }, now });
    expect(said).toMatchObject({ id, closedAt: null, acknowledged: { by: "anna", at: new Date(now).toISOString() } });
    expect(said).toMatchObject({ deliveries: [{ channel: "mail", kind: "opened" }] });
    expect(await trail()).toEqual([`acknowledge | home | ${id} | anna | session`]);
  });

  test("that were snoozed since are not reminded of once somebody acknowledges them again", async () => {
    const id = await incident();
    const now = START + 2 * HOUR;
    await as("acknowledge", { params: { id }, now });
    await as("snooze", { params: { id }, body: { seconds: 3600 }, now: now + 1 });
    const bert = (await signedIn(START + HOUR, "bert")).headers;
    await as("acknowledge", { params: { id }, now: now + 2, headers: bert });
    const { said } = await as("readIncident", { params: { id }, now: now + 3 });
    expect(said).toMatchObject({ snoozedUntil: null, acknowledged: { by: "anna", at: new Date(now).toISOString() } });
  });

  test("of which a reminder came since are acknowledged anew, by whoever does it", async () => {
    const id = await incident();
    const now = START + 2 * HOUR;
    await as("acknowledge", { params: { id }, now });
    await env.DB.prepare("UPDATE incidents SET reminded_at = ?")
      .bind(now + 1)
      .run();
    const bert = (await signedIn(START + HOUR, "bert")).headers;
    await as("acknowledge", { params: { id }, now: now + 2, headers: bert });
    const { said } = await as("readIncident", { params: { id }, now: now + 3 });
    expect(said).toMatchObject({ acknowledged: { by: "bert", at: new Date(now + 2).toISOString() } });
  });

  test("are snoozed, and noted, also when they are over", async () => {
    const id = await incident();
    const now = START + 2 * HOUR;
    expect((await as("snooze", { params: { id }, body: { seconds: 3600 }, now })).status).toBe(204);
    expect((await as("readIncident", { params: { id }, now })).said).toMatchObject({
      snoozedUntil: new Date(now + HOUR).toISOString(),
    });
    await env.DB.prepare("UPDATE incidents SET closed_at = ?").bind(now).run();
    expect((await as("snooze", { params: { id }, body: { seconds: 3600 }, now })).status).toBe(409);
    expect((await as("acknowledge", { params: { id }, now })).status).toBe(409);
    expect((await as("noteIncident", { params: { id }, body: { note: "the cable" }, now: now + 1 })).status).toBe(204);
    expect((await as("readIncident", { params: { id }, now })).said).toMatchObject({ note: "the cable" });
    expect(await trail()).toEqual([`snooze | home | ${id} | anna | session`, `note | home | ${id} | anna | session`]);
  });

  test("that are not there are not found", async () => {
    for (const [id, body] of [
      ["readIncident"],
      ["acknowledge"],
      ["snooze", { seconds: 60 }],
      ["noteIncident", { note: "" }],
    ] as const) {
      expect((await as(id, { params: { id: "home/job:a/b@1" }, body })).status).toBe(404);
    }
  });
});

describe("silences and pauses", () => {
  test("begin at once, hold the site's judgement, and are ended", async () => {
    const { status, said } = await as("silence", {
      params: HOME,
      body: { scope: "host:corenas", seconds: 7200, note: "disk" },
    });
    expect(status).toBe(201);
    const { id } = said as { id: string };
    const paused = await as("pause", { params: HOME, body: { scope: "site" } });
    expect((await as("listActs", { params: HOME })).said).toMatchObject({
      acts: expect.arrayContaining([
        {
          ...{ id, kind: "silence", scope: "host:corenas", recurs: null, note: "disk", by: "anna" },
          ...{
            fromAt: "2026-11-23T02:00:00.000Z",
            untilAt: "2026-11-23T04:00:00.000Z",
            madeAt: "2026-11-23T02:00:00.000Z",
          },
        },
        expect.objectContaining({ kind: "pause", scope: "site:home", untilAt: null }),
      ]),
    });
    await sweepAt(START + MINUTE);
    const status1 = await env.DB.prepare("SELECT DISTINCT status FROM watches").all();
    expect(status1.results).toEqual([{ status: "paused" }]);
    expect((await as("endAct", { params: { ...HOME, id }, now: START + 1 })).status).toBe(204);
    expect((await as("endAct", { params: { ...HOME, id }, now: START + 2 })).status).toBe(404);
    expect(
      (await as("endAct", { params: { ...HOME, id: (paused.said as { id: string }).id }, now: START + 3 })).status,
    ).toBe(204);
    expect((await as("listActs", { params: HOME, now: START + 4 })).said).toEqual({ acts: [] });
    expect(await trail()).toEqual([
      "pause | home | site:home | anna | session",
      "silence | home | host:corenas | anna | session",
      `end | home | ${id} | anna | session`,
      expect.stringMatching(/^end \| home \|/),
    ]);
  });

  test("that are planned hold nothing before, and hold by themselves when their time comes", async () => {
    const [fromAt, later] = [new Date(START + HOUR).toISOString(), START + 2 * HOUR];
    const body = { scope: "host:corenas", fromAt, seconds: 7200 };
    expect((await as("pause", { params: HOME, body })).status).toBe(201);
    const statuses = async (at: number) => {
      await sweepAt(at);
      const found = await env.DB.prepare("SELECT DISTINCT status FROM watches WHERE key LIKE '%corenas%'").all();
      return found.results.map(({ status }) => status);
    };
    expect(await statuses(START + MINUTE)).not.toContain("paused");
    await beat(site.corenas, {}, later);
    await env.DB.prepare("UPDATE watches SET due_at = ?").bind(later).run();
    expect(await statuses(later)).toEqual(["paused"]);
  });

  test("come back by cron, in the zone's own name", async () => {
    const body = { scope: "tier:archive", seconds: 3600, recurs: { cron: "0 2 * * 0", zone: "Asia/Calcutta" } };
    expect((await as("silence", { params: HOME, body })).status).toBe(201);
    expect((await as("listActs", { params: HOME })).said).toMatchObject({
      acts: [{ untilAt: null, recurs: { cron: "0 2 * * 0", zone: "Asia/Kolkata", seconds: 3600 } }],
    });
  });

  test.each([
    [{ scope: "host:corenaz", seconds: 60 }, 404, "did you mean host:corenas?"],
    [{ scope: "corenas", seconds: 60 }, 400, "write site, host:NAME"],
    [{ scope: "site", seconds: 59 }, 400, "at least 60"],
    [{ scope: "site", seconds: 60, recurs: { cron: "x", zone: "UTC" } }, 400, "cron"],
    [{ scope: "site", seconds: 60, fromAt: "2026-11-23T01:59:00Z" }, 400, "over already"],
    [{ scope: "site", seconds: 60, fromAt: "2027-11-25T02:00:00Z" }, 400, "within a year"],
    [{ scope: "site", seconds: 60, fromAt: "tomorrow" }, 400, "fromAt"],
    [{ scope: "site" }, 400, "seconds"],
    [{ scope: "site", seconds: 60, more: 1 }, 400, 'unknown "more"'],
  ])("are refused with what is wrong: %j", async (body, status, why) => {
    const answer = await as("silence", { params: HOME, body });
    expect([answer.status, JSON.stringify(answer.said).replaceAll("\\", "")]).toEqual([
      status,
      expect.stringContaining(why),
    ]);
    expect(await trail()).toEqual([]);
  });
});
