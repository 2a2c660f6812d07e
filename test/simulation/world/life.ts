/** One event handled by the worker: it lives until it has answered, or dies at a statement and nothing of it goes on. */
import type { Planned, Time } from "./time.ts";

export interface Life {
  readonly alive: () => boolean;
  /** Nothing of it goes on from here. */
  readonly die: () => void;
  /** Waits; never comes back when the life has ended meanwhile. */
  readonly wait: (ms: number) => Promise<void>;
  readonly never: <Value>() => Promise<Value>;
  /** Told that a fault was injected into this life, or that it died; acts on it afterwards. */
  readonly fault: () => void;
  readonly onFault: (act: () => void) => void;
  readonly faulted: () => boolean;
  readonly timer: (act: () => void, ms: number) => Planned;
  /** When something of it last was committed; null when nothing was. */
  committedAt: number | null;
}

export function lifeOn(time: Time): Life {
  let alive = true;
  let faulted = false;
  const acts: (() => void)[] = [];
  const never = <Value>() => new Promise<Value>(() => undefined);
  const life: Life = {
    alive: () => alive,
    die: () => {
      if (!alive) return;
      alive = false;
      life.fault();
    },
    wait: async (ms) => {
      if (!alive) return never();
      await time.sleep(ms);
      return alive ? undefined : never();
    },
    never,
    fault: () => {
      faulted = true;
      for (const act of acts) act();
    },
    onFault: (act) => acts.push(act),
    faulted: () => faulted,
    timer: (act, ms) =>
      time.plan(time.now() + ms, () => {
        if (alive) act();
      }),
    committedAt: null,
  };
  return life;
}
