/** Whatever happens, and whatever channels want to hear: nobody is told of an end without a beginning, or left out. */
import { env } from "cloudflare:workers";
import fc from "fast-check";
import { expect, test } from "vitest";
import * as z from "zod/mini";
import type { Channel } from "../../worker/channels/kinds.ts";
import { everything, type Routing } from "../../worker/judge/route.ts";
import { sweep } from "../../worker/sweep.ts";
import { HOUR, MINUTE, night, referenceSite, type Site } from "./reference.ts";
import { beat, clocksRanUntil, db, emptyDatabase, run, START, settingsWith } from "./support.ts";

const BAD = START + HOUR + 10 * MINUTE;
const NIGHT = { from: 22 * 60, until: 7 * 60, zone: "UTC" };

const routings = fc.array(
  fc.record({
    least: fc.constantFrom("notice" as const, "critical" as const),
    quiet: fc.option(fc.constant(NIGHT)),
    afterMs: fc.constantFrom(0, 30 * MINUTE, 2 * HOUR),
    batches: fc.boolean(),
  }),
  { minLength: 1, maxLength: 4 },
);

interface Step {
  readonly minutes: number;
  readonly ends: "succeeded" | "warned" | "failed" | null;
  readonly acknowledges: boolean;
}

const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.record({
    minutes: fc.constantFrom(5, 30, 31, 125),
    ends: fc.constantFrom("succeeded" as const, "warned" as const, "failed" as const, null),
    acknowledges: fc.constantFrom(false, false, true),
  }),
  { minLength: 2, maxLength: 9 },
);

function settings(wanted: readonly Partial<Routing>[]) {
  const fields = { kind: "email" as const, from: "tierwatch@example.org", to: "me@example.org" };
  const channels = wanted.map((routing, index): Channel => {
    const name = `channel-${index}`;
    return { ...fields, name, sender: { send: async () => {} }, routing: { ...everything(name), ...routing } };
  });
  return { ...settingsWith([]), channels, remind: { critical: HOUR, warning: HOUR } };
}

let seq = 0;

async function live(site: Site, { ends, acknowledges }: Step, of: ReturnType<typeof settings>, at: number) {
  seq += 2;
  const health = run("health", seq, at);
  const sync = ends === null ? [] : [run("sync", seq + 1, at, { status: ends, exitCode: ends === "failed" ? 1 : 0 })];
  await beat(site.corenas, { runs: [health, ...sync] }, at);
  await beat(site.winvm, {}, at);
  if (acknowledges) {
    await env.DB.prepare("UPDATE incidents SET acked_at = ?, acked_by = 'me' WHERE closed_at IS NULL").bind(at).run();
  }
  await clocksRanUntil(at);
  await sweep(db, of, at, "cron");
}

const rows = z.array(
  z.object({
    incident_id: z.string(),
    channel: z.string(),
    kind: z.enum(["opened", "reminder", "closed"]),
    state: z.enum(["pending", "held", "delivered", "dropped"]),
    done_at: z.nullable(z.number()),
    due_at: z.nullable(z.number()),
  }),
);
const incidents = z.array(
  z.object({
    id: z.string(),
    severity: z.string(),
    closed_at: z.nullable(z.number()),
    acked_at: z.nullable(z.number()),
  }),
);

/** Plays the steps, and then long enough for every quiet hour and every escalation to be over; answers when that is. */
async function played(wanted: readonly Partial<Routing>[], happenings: readonly Step[]): Promise<number> {
  await emptyDatabase();
  const site = await referenceSite(START);
  await night(site, START + HOUR, { seq: 1 });
  seq = 100;
  const of = settings(wanted);
  let at = BAD;
  for (const step of happenings) {
    await live(site, step, of, at);
    at += step.minutes * MINUTE;
  }
  for (const hours of [0, 2.5, 5, 9]) await live(site, NOTHING, of, at + hours * HOUR);
  return at + 9 * HOUR;
}

const NOTHING: Step = { minutes: 0, ends: null, acknowledges: false };

type Rows = z.infer<typeof rows>;

/** What one channel heard of one incident. */
function holds(heard: Rows, { closed_at, acked_at, severity }: z.infer<typeof incidents>[number], least: string) {
  const [opened, ...more] = heard.filter(({ kind }) => kind === "opened");
  const ended = heard.filter(({ kind }) => kind === "closed");
  expect(more).toEqual([]);
  expect(ended).toHaveLength(opened !== undefined && closed_at !== null ? 1 : 0);
  for (const { done_at } of heard) expect(done_at).toBeGreaterThanOrEqual(opened?.done_at ?? Number.POSITIVE_INFINITY);
  const isWanted = least === "notice" || severity === "critical";
  if (closed_at === null && acked_at === null && isWanted) expect(opened).toBeDefined();
}

test("each channel hears the beginning of what it hears of, once and first, and its end", {
  timeout: 120_000,
}, async () => {
  await fc.assert(
    fc.asyncProperty(routings, steps, async (wanted, happenings) => {
      const now = await played(wanted, happenings);
      const told = z.parse(rows, (await env.DB.prepare("SELECT * FROM deliveries").all()).results);
      const known = z.parse(incidents, (await env.DB.prepare("SELECT * FROM incidents").all()).results);
      expect(told.filter(({ due_at }) => due_at !== null && due_at <= now)).toEqual([]);
      for (const incident of known) {
        for (const [index, { least }] of wanted.entries()) {
          const mine = told.filter((one) => one.incident_id === incident.id && one.channel === `channel-${index}`);
          holds(
            mine.filter(({ state }) => state === "delivered"),
            incident,
            least,
          );
        }
      }
    }),
    { numRuns: 12 },
  );
});
