/**
 * Simulated processes of a host. Code of the pusher asks "who am I" by the asynchronous context it runs in, so one loaded
 * bundle serves every process of every host. A dead process does nothing any more: its calls throw `Dead`, its timers never
 * ring, and what it waits for never comes.
 */
import { AsyncLocalStorage } from "node:async_hooks";
import type { Planned, Time } from "./time.ts";

/** Thrown into code whose process is gone; it may catch it, and can still do nothing. */
class Dead extends Error {}

/** What can be signalled: the pusher itself, or a program it started. */
export interface Signalled {
  readonly pid: number;
  /** When it started, in clock ticks since boot. */
  readonly startTicks: number;
  readonly kill: () => void;
}

/** What a machine is to its processes, from one boot to the next. */
export interface Machine {
  readonly bootId: string;
  /** In true time. */
  readonly bootedAt: number;
  readonly table: Map<number, Signalled>;
}

export class SimulatedProcess<Host> implements Signalled {
  readonly host: Host;
  readonly machine: Machine;
  readonly pid: number;
  readonly startTicks: number;
  readonly files = new Map<number, unknown>();
  alive = true;
  /** Steps (changes of files) until `onFuse` rings: a crash in the middle of things. */
  fuse = Number.POSITIVE_INFINITY;
  onFuse: () => void = () => undefined;
  readonly #timers = new Set<Planned>();

  constructor(host: Host, machine: Machine, pid: number, startTicks: number) {
    this.host = host;
    this.machine = machine;
    this.pid = pid;
    this.startTicks = startTicks;
    machine.table.set(pid, this);
  }

  /** A step at which the process may die; throws when it is dead. */
  step(): void {
    if (this.alive) {
      this.fuse -= 1;
      if (this.fuse <= 0) this.onFuse();
    }
    if (!this.alive) throw new Dead();
  }

  check(): void {
    if (!this.alive) throw new Dead();
  }

  kill(): void {
    this.alive = false;
    this.machine.table.delete(this.pid);
    for (const timer of this.#timers) timer.cancelled = true;
    this.#timers.clear();
  }

  keep(timer: Planned): void {
    this.#timers.add(timer);
  }

  drop(timer: Planned): void {
    this.#timers.delete(timer);
  }
}

/** A context that knows which process it belongs to. */
export type Who<Host> = AsyncLocalStorage<SimulatedProcess<Host>>;

export function whoOf<Host>(): Who<Host> {
  return new AsyncLocalStorage();
}

export function currentOf<Host>(who: Who<Host>): SimulatedProcess<Host> {
  const process = who.getStore();
  if (process === undefined) throw new Error("code of the pusher runs outside any process");
  return process;
}

interface Timer {
  readonly unref: () => Timer;
  readonly ref: () => Timer;
  readonly stop: () => void;
}

/** `setTimeout` and its kin for processes, on simulated time. */
export function timersOf<Host>(who: Who<Host>, time: Time) {
  const start = (act: () => void, ms: number, again: boolean): Timer => {
    const owner = currentOf(who);
    const inContext = AsyncLocalStorage.bind(act);
    let planned: Planned;
    const wait = () => {
      if (!owner.alive) return;
      planned = time.plan(time.now() + Math.max(1, ms), () => {
        owner.drop(planned);
        if (again) wait();
        inContext();
      });
      owner.keep(planned);
    };
    const timer: Timer = {
      unref: () => timer,
      ref: () => timer,
      stop: () => {
        if (planned === undefined) return;
        planned.cancelled = true;
        owner.drop(planned);
      },
    };
    planned = { cancelled: true };
    wait();
    return timer;
  };
  return {
    setTimeout: (act: () => void, ms = 0) => start(act, ms, false),
    setInterval: (act: () => void, ms = 0) => start(act, ms, true),
    clearTimeout: (timer: Timer | undefined) => timer?.stop(),
    clearInterval: (timer: Timer | undefined) => timer?.stop(),
  };
}
