/**
 * How long a backlog takes: deliveries that wait on five channels, of which one hangs. The sweeps follow one another as those of
 * the Clock object do. Time runs faster than it is: a timer of 10 s takes half a second here. Tests assert it.
 */
import { deliverDue } from "../../worker/deliver.ts";
import { nextAlarmAt } from "../../worker/judge/clocks.ts";
import { openDatabase } from "../../worker/store/database.ts";
import { nextDueAt } from "../../worker/store/sweeps.ts";
import { metered } from "./metered.ts";
import { hook, hookOf, queue, settingsOf } from "./queued.ts";
import { emptyDatabase, START } from "./support.ts";

const CHANNELS = ["a", "b", "c", "d", "hung"];
const SWEEP_EVERY_MS = 60_000;
const TRY_MAX_MS = 10_000;
const SPEED = 20;

export interface Drained {
  /** Sweeps until nothing waited for the four that work. */
  readonly sweeps: number;
  /** The time of those: a sweep lasts as long as a try that hangs, or not at all. */
  readonly seconds: number;
  /** The most of one invocation: its statements, and all its subrequests. */
  readonly statements: number;
  readonly subrequests: number;
  /** What was critical and on the four came within so many sweeps. */
  readonly criticalSweeps: number;
}

export async function drain(d1: D1Database, each: number): Promise<Drained> {
  await emptyDatabase();
  await queue(
    ...CHANNELS.flatMap((channel) =>
      Array.from({ length: each }, (_, i) => ({
        channel,
        incident: `home/job:nas/j${i}@1`,
        severity: i % 20 === 19 ? ("critical" as const) : ("warning" as const),
      })),
    ),
  );
  const [realFetch, realTimeout] = [globalThis.fetch, globalThis.setTimeout];
  const wanted = each * (CHANNELS.length - 1);
  let [taken, critical, requests, hung] = [0, 0, 0, 0];
  globalThis.fetch = async (input, init) => {
    requests++;
    if (hookOf(String(input)) === "hung") {
      hung++;
      return new Promise(() => undefined);
    }
    taken++;
    if (String(init?.body).includes('"severity":"critical"')) critical++;
    return new Response(null, { status: 204 });
  };
  Object.assign(globalThis, { setTimeout: (act: () => void, ms = 0) => realTimeout(act, ms / SPEED) });
  try {
    const most = { sweeps: 0, statements: 0, subrequests: 0, criticalSweeps: 0 };
    const meter = metered(d1);
    const settings = settingsOf(...CHANNELS.map(hook));
    let now = START;
    while (taken < wanted && most.sweeps < 10 * each) {
      [requests, hung] = [0, 0];
      const { delivered } = await deliverDue(openDatabase(meter.d1), settings, now);
      const { statements } = meter.take();
      most.sweeps++;
      if (critical < wanted / 20) most.criticalSweeps = most.sweeps + 1;
      most.statements = Math.max(most.statements, statements);
      most.subrequests = Math.max(most.subrequests, statements + requests);
      const dueAt = await nextDueAt(openDatabase(d1), now, delivered > 0 ? 0 : now);
      now = nextAlarmAt(dueAt, now + hung * TRY_MAX_MS, now + SWEEP_EVERY_MS, true);
    }
    return { ...most, seconds: (now - START) / 1000 };
  } finally {
    Object.assign(globalThis, { fetch: realFetch, setTimeout: realTimeout });
  }
}
