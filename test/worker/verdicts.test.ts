/** Verdicts in D1: over what was read or not at all, whole or not at all, and by one sweep at a time. */
import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, test } from "vitest";
import type { Plan } from "../../protocol/plan.ts";
import { alertsOf } from "../../worker/judge/say.ts";
import { judgeSite } from "../../worker/judge/verdict.ts";
import { openDatabase } from "../../worker/store/database.ts";
import { takeLease } from "../../worker/store/sweeps.ts";
import { type Judgement, openIncidents, writeVerdicts } from "../../worker/store/verdicts.ts";
import { watchesOfSites } from "../../worker/store/watches.ts";
import { sweep } from "../../worker/sweep.ts";
import { HOUR, MINUTE } from "./reference.ts";
import {
  beat,
  clocksRanUntil,
  db,
  emptyDatabase,
  enrolled,
  type Mail,
  request,
  run,
  START,
  sendPlan,
  settingsWith,
  sweepAt,
  type TestHost,
} from "./support.ts";

const LEASE_MS = 60_000;
const looking = (name: string) => ({ name, kind: "command", schedule: { everySeconds: 3600 }, graceSeconds: 600 });
const planOf = (...jobs: string[]): Plan => ({
  beat: { everySeconds: 300, graceSeconds: 300 },
  datasets: [],
  jobs: jobs.map(looking),
});
/** When a host heard last at START is missed. */
const SILENT = START + 10 * MINUTE;

let home: TestHost;
let mails: Mail[];

beforeEach(async () => {
  await emptyDatabase();
  mails = [];
  home = await enrolled("home", "nas", planOf("health"), START);
  await beat(home, {}, START);
  await sweepAt(START);
});

async function readAndJudge(sites: readonly string[], now: number): Promise<Judgement[]> {
  const [watches, open] = [await watchesOfSites(db, sites), await openIncidents(db, sites)];
  return sites.map((site) => {
    const read = watches.filter((watch) => watch.site === site);
    const ofSite = open.filter((incident) => incident.site === site);
    const verdict = judgeSite(site, read, ofSite, now);
    return { verdict, deliveries: alertsOf(verdict).map((alert) => ({ alert, channel: "mail", dueAt: now })), read };
  });
}

/** Every row that a verdict may write. */
async function written() {
  const tables = ["watches", "incidents", "deliveries"];
  const rows = await Promise.all(tables.map((table) => env.DB.prepare(`SELECT * FROM ${table}`).all()));
  return Object.fromEntries(tables.map((table, i) => [table, rows[i]?.results ?? []]));
}

async function ofSite(table: string, site: string) {
  return (await written())[table]?.filter((row) => row.site === site) ?? [];
}

describe("a verdict on a site that changed since it was read", () => {
  test("writes nothing of that site; the other sites' verdicts are written", async () => {
    const cabin = await enrolled("cabin", "pi", planOf(), START);
    await beat(cabin, {}, START);
    const judgements = await readAndJudge(["home", "cabin"], SILENT);
    await beat(home, {}, SILENT);
    const before = await ofSite("watches", "home");

    expect(await writeVerdicts(db, judgements, "token")).toEqual(new Set(["cabin"]));
    expect(await ofSite("watches", "home")).toEqual(before);
    expect(await ofSite("incidents", "home")).toEqual([]);
    expect(await ofSite("deliveries", "home")).toEqual([]);
    expect(await ofSite("incidents", "cabin")).toMatchObject([{ root: "site:cabin" }]);
    expect(await ofSite("deliveries", "cabin")).toMatchObject([{ id: `cabin/site:cabin@${SILENT}/opened/mail` }]);
    expect(await ofSite("watches", "cabin")).toMatchObject([{ key: "host:pi", status: "missed" }]);
  });

  test("is judged anew by the next sweep", async () => {
    const judgements = await readAndJudge(["home"], SILENT);
    await beat(home, {}, SILENT);
    await writeVerdicts(db, judgements, "token");
    await sweepAt(SILENT, mails);
    expect(mails).toEqual([]);
    await sweepAt(SILENT + 10 * MINUTE, mails);
    expect(mails.map(({ subject }) => subject)).toEqual([expect.stringMatching(/^home is silent/)]);
  });

  test("writes nothing when a plan dropped one watch and added another, though the versions add up to the same", async () => {
    await beat(home, { runs: [run("health", 1, START + MINUTE)] }, START + MINUTE);
    await sweepAt(START + MINUTE);
    const sum = () => env.DB.prepare("SELECT sum(version) AS sum FROM watches").first<number>("sum");
    const judgements = await readAndJudge(["home"], START + HOUR);
    const before = Number(await sum());
    await sendPlan(home, planOf("wear"), START + MINUTE);
    const lost = before - Number(await sum());
    await env.DB.prepare("UPDATE watches SET version = version + ? WHERE key = 'job:nas/wear'").bind(lost).run();

    expect(await sum()).toBe(before);
    expect(await writeVerdicts(db, judgements, "token")).toEqual(new Set());
    expect((await written()).incidents).toEqual([]);
  });

  test("writes nothing under a token that held for the site before", async () => {
    const stale = await readAndJudge(["home"], SILENT);
    await writeVerdicts(db, await readAndJudge(["home"], START), "token");
    await beat(home, {}, SILENT);
    expect(await writeVerdicts(db, stale, "token")).toEqual(new Set());
    expect((await written()).incidents).toEqual([]);
  });
});

/** A database whose first batch goes as `batch` says; all after it are as ever. */
function troubled(batch: (statements: D1PreparedStatement[]) => Promise<D1Result[]>) {
  let first = true;
  const client = new Proxy(env.DB, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name);
      if (typeof value !== "function") return value;
      if (name !== "batch" || !first) return value.bind(target);
      first = false;
      return batch;
    },
  });
  return openDatabase(client);
}

const lost = () => new Error("D1_ERROR: Network connection lost");

describe("a sweep whose batch fails", () => {
  test.each<[string, Parameters<typeof troubled>[0]]>([
    ["before anything is written", () => Promise.reject(lost())],
    [
      "at its last statement",
      (statements) => env.DB.batch([...statements, env.DB.prepare("DELETE FROM sweeps WHERE 1 = json('{')")]),
    ],
    [
      "at its first statement",
      (statements) => env.DB.batch([env.DB.prepare("INSERT INTO sweeps (id) VALUES (2)"), ...statements]),
    ],
  ])("%s leaves everything as it was, and the next sweep says it once", async (_when, batch) => {
    const before = await written();
    await clocksRanUntil(SILENT);
    await expect(sweep(troubled(batch), settingsWith(mails), SILENT, "cron")).rejects.toThrow();
    expect(await written()).toEqual(before);
    expect(mails).toEqual([]);

    await sweepAt(SILENT + LEASE_MS, mails);
    await sweepAt(SILENT + 2 * LEASE_MS, mails);
    expect(mails).toHaveLength(1);
    expect((await written()).incidents).toMatchObject([{ root: "site:home", opened_at: SILENT }]);
  });

  test("after it was written, in the answer's way back, has said it: the next sweep only delivers", async () => {
    const batch = async (statements: D1PreparedStatement[]) => {
      await env.DB.batch(statements);
      throw lost();
    };
    await clocksRanUntil(SILENT);
    await expect(sweep(troubled(batch), settingsWith(mails), SILENT, "cron")).rejects.toThrow(
      "Network connection lost",
    );
    const after = await written();
    expect(after.incidents).toHaveLength(1);
    expect(after.deliveries).toMatchObject([{ state: "pending", attempts: 0 }]);

    await sweepAt(SILENT + LEASE_MS, mails);
    await sweepAt(SILENT + 2 * LEASE_MS, mails);
    expect(mails).toHaveLength(1);
    expect((await written()).incidents).toEqual(after.incidents);
    expect((await written()).deliveries).toMatchObject([{ state: "delivered", attempts: 1 }]);
  });

  test("writes incident, watches and deliveries together", async () => {
    await sweepAt(SILENT, mails);
    const { watches, incidents, deliveries } = await written();
    expect(incidents).toHaveLength(1);
    expect(deliveries).toMatchObject([{ incident_id: incidents?.[0]?.id }]);
    expect(watches?.filter(({ status }) => status === "missed")).toMatchObject([{ incident_id: incidents?.[0]?.id }]);
  });
});

describe("the lease", () => {
  test("lets one of two sweeps at the same time through", async () => {
    const swept = await Promise.all([sweepAt(SILENT, mails), sweepAt(SILENT, mails)]);
    expect(swept.map((one) => one.swept).toSorted()).toEqual([false, true]);
    expect(mails).toHaveLength(1);
  });

  test("held by another sweep lets nothing be judged or delivered, and runs out when that one died", async () => {
    expect(await takeLease(db, SILENT, LEASE_MS, "cron")).not.toBeNull();
    expect(await sweepAt(SILENT + LEASE_MS - 1, mails)).toMatchObject({ swept: false, watchesDue: 0, deliveries: 0 });
    expect((await written()).incidents).toEqual([]);
    expect(await sweepAt(SILENT + LEASE_MS, mails)).toMatchObject({ swept: true });
    expect(mails).toHaveLength(1);
  });

  test("is given back when the sweep is done", async () => {
    await sweepAt(SILENT, mails);
    expect(await sweepAt(SILENT + 1, mails)).toMatchObject({ swept: true });
  });

  test("taken by a clock that ran far ahead stops nobody", async () => {
    await takeLease(db, SILENT + 24 * HOUR, LEASE_MS, "cron");
    expect(await sweepAt(SILENT, mails)).toMatchObject({ swept: true });
  });
});

describe("a sweep for a time before the last one", () => {
  test("does nothing: what was found missed is not well again by looking back", async () => {
    await sweepAt(SILENT + 500, mails);
    await env.DB.prepare("UPDATE watches SET due_at = ?").bind(START).run();
    expect(await sweepAt(SILENT - 500, mails)).toMatchObject({ swept: false });
    expect(mails).toHaveLength(1);
    expect(await sweepAt(SILENT + 500, mails)).toMatchObject({ swept: true });
  });

  test("is made all the same when the last one's clock ran far ahead", async () => {
    await env.DB.prepare("UPDATE sweeps SET last_sweep_at = ?")
      .bind(SILENT + 24 * HOUR)
      .run();
    expect(await sweepAt(SILENT, mails)).toMatchObject({ swept: true });
  });
});

describe("a watch that cannot be read", () => {
  test("spoils its own site alone; its owner is told, and the page says so", async () => {
    const cabin = await enrolled("cabin", "pi", planOf("health"), START);
    await beat(cabin, {}, START);
    await env.DB.prepare("UPDATE watches SET facts = '{}' WHERE site = 'home' AND key = 'job:nas/health'").run();
    const swept = await sweepAt(SILENT, mails);
    expect(swept.skipped).toBeGreaterThan(0);
    expect(mails.map(({ subject }) => subject).sort()).toEqual([
      expect.stringMatching(/^cabin is silent/),
      "home is not judged: Tierwatch cannot read its row of health on nas",
    ]);
    // Its owner is told once a day for as long as it lasts.
    await sweepAt(SILENT + HOUR, mails);
    await sweepAt(SILENT + 24 * HOUR, mails);
    expect(mails.filter(({ subject }) => subject.startsWith("home is not judged"))).toHaveLength(2);
    const page = await (await request("/", {}, SILENT)).text();
    expect(page.replaceAll("&#39;", "'")).toContain(
      "The database's row of health on nas at home cannot be read, so home is not judged",
    );
  });
});
