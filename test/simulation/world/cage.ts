/**
 * The worker's cage: the real bundle, with a clock, timers, network and database of the world's. Every event it handles has a
 * life of its own, which a fault may end between any two statements.
 */
import { AsyncLocalStorage } from "node:async_hooks";
import * as z from "zod/mini";
import { evaluate } from "./bundle.ts";
import type { Chance } from "./chance.ts";
import type { Channels } from "./channels.ts";
import type { Line, Query, SimulatedDatabase } from "./database.ts";
import { cachedIntl, dateOf, subtle } from "./globals.ts";
import type { Sent } from "./http.ts";
import { type Life, lifeOn } from "./life.ts";
import type { Planned, Time } from "./time.ts";

/** What a fault does to one call of the database. */
export type Hit = "none" | "error_before" | "error_after" | "death_before" | "death_after";

export interface CageFaults {
  /** Whether the database is slow for the whole of an event: then others come between any two of its statements. */
  readonly isSlow: () => boolean;
  /** How long a call of a slow database takes, in milliseconds. */
  readonly databaseMs: () => number;
  readonly hit: () => Hit;
}

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface Handled {
  /** Undefined when the worker died first. */
  readonly answer: Answer | undefined;
  readonly life: Life;
}

export interface Cage {
  /** One request. `answered` comes at once with the answer; the promise ends when all that follows from it has ended. */
  readonly fetch: (sent: Sent, answered: (handled: Handled) => void, committed: Committed) => Promise<Life>;
  /** The cron trigger of the minute `at`. */
  readonly scheduled: (at: number) => Promise<Life>;
  readonly alarm: () => Promise<Life>;
  /** When the Clock object's alarm rings; null when it is not set. */
  alarmAt: number | null;
}

/** Told of each committed batch of a life: its statements and the rows that each changed. */
export type Committed = (queries: readonly Query[], changes: readonly number[]) => void;

interface Clock {
  fetch(request: Request): Promise<unknown>;
  alarm(): Promise<void>;
}

interface Worker {
  readonly default: {
    fetch(request: Request, env: object, ctx: object): Response | Promise<Response>;
    scheduled(controller: { scheduledTime: number }, env: object, ctx: object): Promise<void>;
  };
  readonly Clock: new (ctx: object, env: object) => Clock;
}

const isWorker = z.object({ default: z.custom<Worker["default"]>(), Clock: z.custom<Worker["Clock"]>() });

class DurableObject {
  readonly ctx: object;
  readonly env: object;

  constructor(ctx: object, env: object) {
    this.ctx = ctx;
    this.env = env;
  }
}

export function cageOf(
  code: string,
  time: Time,
  database: SimulatedDatabase,
  channels: Channels,
  faults: CageFaults,
  chance: Chance,
): Cage {
  const lives = new AsyncLocalStorage<Event>();
  const current = (): Event => {
    const event = lives.getStore();
    if (event === undefined) throw new Error("code of the worker runs outside any event");
    return event;
  };
  const worker = load(code, time, channels, chance, () => current().life);
  const kept = new Map<string, unknown>();
  const storage = {
    getAlarm: async () => cage.alarmAt,
    setAlarm: async (at: number) => {
      cage.alarmAt = at;
    },
    get: async (key: string) => kept.get(key),
    put: async (key: string, value: unknown) => {
      kept.set(key, value);
    },
  };
  // Each event has a line of its own, and all have the one environment, as in an isolate.
  const bare = {
    ...channels.env,
    DB: database.bindingOver((act, queries) => current().line(act, queries)),
    EMAIL: channels.mailOf(() => current().life),
    SWEEP_SECONDS: 60,
    PAGE_URL: "https://tierwatch.example.org/",
  };
  const clock = {
    fetch: (url: string, init?: RequestInit) => new worker.Clock({ storage }, bare).fetch(new Request(url, init)),
  };
  const env = { ...bare, CLOCK: { idFromName: (name: string) => name, get: () => clock } };
  /** Lives until everything is done, has failed, or the life was ended by a fault. */
  const live = async (
    act: (life: Life, ctx: Context) => Promise<void>,
    committed: Committed = () => undefined,
  ): Promise<Life> => {
    const life = lifeOn(time);
    const ctx = contextOf();
    const dead = new Promise<void>((resolve) => life.onFault(() => (life.alive() ? undefined : resolve())));
    const done = lives.run({ life, line: lineFor(life, time, faults, committed) }, async () => {
      await act(life, ctx).catch(() => undefined);
      await ctx.settled();
    });
    await Promise.race([done, dead]);
    return life;
  };
  const cage: Cage = {
    alarmAt: null,
    fetch: (sent, answered, committed) =>
      live(async (life, ctx) => {
        life.onFault(() => (life.alive() ? undefined : answered({ answer: undefined, life })));
        const response = await worker.default.fetch(requestOf(sent), env, ctx);
        const answer = { status: response.status, headers: {}, body: await response.text() };
        if (life.alive()) answered({ answer, life });
      }, committed),
    scheduled: (at) => live((_, ctx) => worker.default.scheduled({ scheduledTime: at }, env, ctx)),
    alarm: () => live(() => new worker.Clock({ storage }, env).alarm()),
  };
  return cage;
}

/** What the worker's code runs in: whose it is, and its way to the database. */
interface Event {
  readonly life: Life;
  readonly line: Line;
}

interface Context {
  readonly waitUntil: (promise: Promise<unknown>) => void;
  readonly passThroughOnException: () => void;
  readonly settled: () => Promise<unknown>;
}

function contextOf(): Context {
  const waiting: Promise<unknown>[] = [];
  return {
    waitUntil: (promise) => waiting.push(promise.catch(() => undefined)),
    passThroughOnException: () => undefined,
    settled: async () => {
      for (let seen = 0; seen < waiting.length; ) {
        seen = waiting.length;
        await Promise.all(waiting);
      }
    },
  };
}

function requestOf({ method, url, headers, body }: Sent): Request {
  return new Request(url, { method, headers, ...(body === "" ? {} : { body }) });
}

function lineFor(life: Life, time: Time, faults: CageFaults, committed: Committed): Line {
  const slow = faults.isSlow();
  return async (act, queries) => {
    // An event that nobody comes between is handled in an instant.
    if (slow) await life.wait(faults.databaseMs());
    else if (!life.alive()) return life.never();
    const hit = faults.hit();
    if (hit === "error_before") {
      life.fault();
      throw new Error("D1_ERROR: Network connection lost.");
    }
    if (hit === "death_before") {
      life.die();
      return life.never();
    }
    const answers = act();
    life.committedAt = time.now();
    committed(
      queries,
      answers.map(({ changes }) => changes),
    );
    if (hit === "death_after") {
      life.die();
      return life.never();
    }
    if (hit === "error_after") {
      life.fault();
      throw new Error("Network connection lost.");
    }
    return answers;
  };
}

function load(code: string, time: Time, channels: Channels, chance: Chance, current: () => Life): Worker {
  const getRandomValues = (bytes: Uint8Array) => {
    for (let index = 0; index < bytes.length; index++) bytes[index] = chance.whole(0, 256);
    return bytes;
  };
  const globals = {
    Date: dateOf(time.now),
    Intl: cachedIntl,
    crypto: { subtle, getRandomValues },
    console: { ...console, error: () => undefined, log: () => undefined, warn: () => undefined },
    setTimeout: (act: () => void, ms: number) => current().timer(AsyncLocalStorage.bind(act), ms),
    clearTimeout: (timer: Planned | undefined) => {
      if (timer !== undefined) timer.cancelled = true;
    },
    fetch: (url: string, init: unknown) => channels.receive(current(), url, init),
  };
  return z.parse(
    isWorker,
    evaluate(code, globals, { "cloudflare:workers": { DurableObject }, "cloudflare:sockets": {} }),
  );
}
