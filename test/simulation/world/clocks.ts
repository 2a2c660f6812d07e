/**
 * The worker's two clocks: the cron trigger at every full minute, and the alarm of the Clock object. A tick at which nothing is
 * due is not run but written down as what an idle sweep writes (a test holds that it writes nothing else): that is what lets a
 * year pass in seconds. Also keeps the truth of whether sweeps could run.
 */
import * as z from "zod/mini";
import type { Happening } from "../history.ts";
import type { Cage } from "./cage.ts";
import type { SimulatedDatabase } from "./database.ts";
import type { Life } from "./life.ts";
import type { Planned, Time } from "./time.ts";

const MINUTE_MS = 60_000;
/** At least so often a tick is run for real, due or not. */
const REAL_EVERY_MS = 6 * 3_600_000;
/** A sweep that failed or died holds its lease for a minute, and the next tick is at most a minute off. */
const RECOVERY_MS = 125_000;

export interface Clocks {
  readonly start: () => void;
  /** Stops one clock or both, until `resume` is called as often. */
  readonly stop: (which: "cron" | "alarm" | "both") => () => void;
  /** Until what it gives is called, every tick is run for real (the database is ill, or sweeps are killed). */
  readonly ill: () => () => void;
  /** Until what it gives is called, the worker cannot be reached at all: no tick has an effect. */
  readonly down: () => () => void;
  /** To be called before anything else looks at the database, and after it was written to. */
  readonly before: () => void;
  readonly after: (life: Life) => void;
}

const sweeps = z.object({ lease_until: z.number(), last_sweep_at: z.nullable(z.number()) });

export function clocksOf(
  time: Time,
  database: SimulatedDatabase,
  cage: Cage,
  tell: (happening: Happening) => void,
): Clocks {
  /** How many episodes hold each. */
  const held = { cron: 0, alarm: 0, ill: 0, down: 0 };
  const truth = truthOf(time, tell);
  const leastDue = leastDueIn(database);
  let running = 0;
  let next: Planned = { cancelled: true };
  let quietSince: number | null = null;
  let realAt = 0;
  /** After a change of the clocks each of them ticks for real: the sweeps have news of them. */
  let unquietUntil = 0;
  let lastSweepAt: number | null = null;

  const row = () => z.parse(sweeps, database.look("SELECT lease_until, last_sweep_at FROM sweeps WHERE id = 1")[0]);
  const stopped = () => held.down > 0 || (held.cron > 0 && held.alarm > 0);

  /** Writes down the idle sweeps that would have run since it was last looked. */
  const before = () => {
    if (quietSince === null) return;
    const { cron, alarm } = lastTicks(time.now() - 1);
    const tick = Math.max(cron, alarm);
    if (tick <= quietSince) return;
    database.look(
      `UPDATE sweeps SET lease_until = 0, last_sweep_at = ?, last_watches_due = 0, cron_at = max(coalesce(cron_at, 0), ?),
         object_at = nullif(max(coalesce(object_at, 0), ?), 0) WHERE id = 1`,
      tick,
      cron,
      alarm,
    );
    quietSince = tick;
    lastSweepAt = tick;
  };
  const cronAfter = (at: number) => (Math.floor(at / MINUTE_MS) + 1) * MINUTE_MS;
  const alarmAfter = (at: number) => {
    const { alarmAt } = cage;
    if (alarmAt === null) return Number.POSITIVE_INFINITY;
    return alarmAt > at ? alarmAt : alarmAt + (Math.floor((at - alarmAt) / MINUTE_MS) + 1) * MINUTE_MS;
  };
  /** An alarm that rang is set anew: one that is still set for this instant is to ring, though the other clock just ticked. */
  const ringsNow = () => {
    const [now, { alarmAt }] = [time.now(), cage];
    return alarmAt !== null && alarmAt <= now && (now - alarmAt) % MINUTE_MS === 0;
  };
  /** The last tick of each clock at or before `at`; 0 of one that does not tick. */
  const lastTicks = (at: number) => {
    const alarm = held.alarm === 0 ? alarmAfter(at) - MINUTE_MS : 0;
    return {
      cron: held.cron === 0 ? Math.floor(at / MINUTE_MS) * MINUTE_MS : 0,
      alarm: Number.isFinite(alarm) ? alarm : 0,
    };
  };
  const schedule = () => {
    next.cancelled = true;
    quietSince = null;
    if (stopped()) return;
    const now = time.now();
    const { lease_until } = row();
    const quiet = held.ill === 0 && now >= unquietUntil && running === 0 && lease_until === 0 && truth.isWell();
    const due = quiet ? Math.min(leastDue(), silenceDue(database, held), realAt) : now;
    const from = Math.max(now, due - 1);
    if (quiet) quietSince = Math.max(now, lastSweepAt ?? 0);
    const cron = held.cron === 0 ? cronAfter(from) : Number.POSITIVE_INFINITY;
    const alarm = held.alarm === 0 ? (ringsNow() ? now : alarmAfter(from)) : Number.POSITIVE_INFINITY;
    const at = Math.min(cron, alarm);
    if (!Number.isFinite(at)) return;
    next = time.plan(at, () => void tick(cron <= alarm ? "cron" : "alarm", at));
  };
  const tick = async (clock: "cron" | "alarm", at: number) => {
    before();
    realAt = at + REAL_EVERY_MS;
    running += 1;
    if (clock === "alarm") cage.alarmAt = at + MINUTE_MS;
    const done = clock === "cron" ? cage.scheduled(at) : cage.alarm();
    schedule();
    const life = await done;
    running -= 1;
    after(life);
  };
  const after = (life: Life) => {
    const { last_sweep_at } = row();
    const swept = last_sweep_at !== null && last_sweep_at > (lastSweepAt ?? 0);
    lastSweepAt = last_sweep_at;
    // A sweep that is written down looked at every deadline, though its worker died right after.
    if (swept) truth.swept(stopped());
    else if (life.faulted()) truth.failed();
    schedule();
  };
  const tellTicks = (which: keyof typeof held, ticking: boolean) => {
    if (which !== "cron" && which !== "alarm") return;
    tell({ kind: "clock_ticks", at: time.now(), clock: which === "cron" ? "cron" : "object", ticking });
  };
  /** Changes what holds the clocks, and gives what undoes it. */
  const hold = (...which: (keyof typeof held)[]) => {
    const change = (by: number) => {
      before();
      for (const one of which) {
        held[one] += by;
        if (held[one] === (by > 0 ? 1 : 0)) tellTicks(one, by < 0);
      }
      unquietUntil = time.now() + 2 * MINUTE_MS;
      // An alarm that stops is lost; whoever comes by sets it anew.
      if (held.alarm > 0) cage.alarmAt = null;
      truth.stopped(stopped());
      schedule();
    };
    change(1);
    return () => change(-1);
  };
  return {
    start: schedule,
    stop: (which) => (which === "both" ? hold("cron", "alarm") : hold(which)),
    ill: () => hold("ill"),
    down: () => hold("down"),
    before,
    after,
  };
}

/** Asks for the least instant at which a sweep has anything to do: over every table that has a `due_at`, and the daily tidying. */
function leastDueIn(database: SimulatedDatabase): () => number {
  const tables = database.look(
    "SELECT t.name FROM sqlite_master AS t, pragma_table_info(t.name) AS c WHERE t.type = 'table' AND c.name = 'due_at'",
  );
  const least = tables.map(({ name }) => `coalesce((SELECT min(due_at) FROM ${name} WHERE due_at IS NOT NULL), 9e15)`);
  const tidying = "coalesce((SELECT tidied_at FROM sweeps WHERE id = 1), 0) + 86400000";
  const sql = `SELECT min(${[...least, tidying].join(", ")}) AS due`;
  return () => Number(database.look(sql)[0]?.due);
}

/** When a clock that stands still, beside one that does not, will have been silent for so long that it is told. */
function silenceDue(database: SimulatedDatabase, held: { readonly cron: number; readonly alarm: number }): number {
  const [row] = database.look(`SELECT
    CASE WHEN cron_silent_at IS NULL THEN max(coalesce(cron_at, 0), clocks_since_at) + 900000 ELSE 9e15 END AS cron,
    CASE WHEN object_silent_at IS NULL THEN max(coalesce(object_at, 0), clocks_since_at) + 900000 ELSE 9e15 END AS alarm
    FROM sweeps WHERE id = 1`);
  const [cron, alarm] = [held.cron > 0 ? Number(row?.cron) : 9e15, held.alarm > 0 ? Number(row?.alarm) : 9e15];
  return Math.min(cron, alarm);
}

interface Truth {
  readonly stopped: (stopped: boolean) => void;
  readonly failed: () => void;
  readonly swept: (whileStopped: boolean) => void;
  readonly isWell: () => boolean;
}

/**
 * When sweeps could run. A fault takes it away; the next sweep that succeeds gives it back, or, should none, the time after
 * which one had to: a worker that never sweeps again is the worker's fault.
 */
function truthOf(time: Time, tell: (happening: Happening) => void): Truth {
  let alive = true;
  let stopped = false;
  let back: Planned = { cancelled: true };
  const say = (now: boolean) => {
    back.cancelled = true;
    if (alive === now) return;
    alive = now;
    tell({ kind: "clocks", at: time.now(), alive });
  };
  const backIn = (ms: number) => {
    back.cancelled = true;
    back = time.plan(time.now() + ms, () => say(true));
  };
  return {
    stopped: (now) => {
      if (now === stopped) return;
      stopped = now;
      if (stopped) say(false);
      else backIn(MINUTE_MS + 5_000);
    },
    failed: () => {
      say(false);
      if (!stopped) backIn(RECOVERY_MS);
    },
    swept: (whileStopped) => {
      say(true);
      // A sweep that a heartbeat started while the clocks stand still looked once, at this instant.
      if (whileStopped) back = time.plan(time.now() + 1, () => say(false));
    },
    isWell: () => alive,
  };
}
