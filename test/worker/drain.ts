/**
 * How long a backlog takes: deliveries that wait on five channels, of which one hangs. Time runs faster than it is: a timer of 10 s
 * takes half a second here. Tests assert it, the bench may print it.
 */
import { deliverDue } from "../../worker/deliver.ts";
import { openDatabase } from "../../worker/store/database.ts";
import { metered } from "./metered.ts";
import { hook, hookOf, queue, settingsOf } from "./queued.ts";
import { emptyDatabase, START } from "./support.ts";

const CHANNELS = ["a", "b", "c", "d", "hung"];
const SWEEP_EVERY_MS = 60_000;
const SPEED = 20;

export interface Drained {
  /** Sweeps until nothing waited for the four that work; one is made each minute. */
  readonly sweeps: number;
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
  let [taken, critical, requests] = [0, 0, 0];
  globalThis.fetch = async (input, init) => {
    requests++;
    if (hookOf(String(input)) === "hung") return new Promise(() => undefined);
    taken++;
    if (String(init?.body).includes('"severity":"critical"')) critical++;
    return new Response(null, { status: 204 });
  };
  Object.assign(globalThis, { setTimeout: (act: () => void, ms = 0) => realTimeout(act, ms / SPEED) });
  try {
    const most = { sweeps: 0, statements: 0, subrequests: 0, criticalSweeps: 0 };
    const meter = metered(d1);
    while (taken < wanted && most.sweeps < 10 * each) {
      requests = 0;
      await deliverDue(openDatabase(meter.d1), settingsOf(...CHANNELS.map(hook)), START + most.sweeps * SWEEP_EVERY_MS);
      const { statements } = meter.take();
      most.sweeps++;
      if (critical < wanted / 20) most.criticalSweeps = most.sweeps + 1;
      most.statements = Math.max(most.statements, statements);
      most.subrequests = Math.max(most.subrequests, statements + requests);
    }
    return most;
  } finally {
    Object.assign(globalThis, { fetch: realFetch, setTimeout: realTimeout });
  }
}
