/** `node:child_process` for the pusher: a program is played by the world, which says when and how it ends. */

import { AsyncLocalStorage } from "node:async_hooks";
import { EventEmitter } from "node:events";
import { currentOf, type Signalled, type SimulatedProcess, type Who } from "./process.ts";

/** How a played program speaks and ends. */
export interface Playing {
  readonly print: (text: string) => void;
  readonly exit: (code: number) => void;
  /** False once it has ended or was killed. */
  readonly runs: () => boolean;
}

/** Plays a program from now on; it may return at once and end it later. */
export type Play<Host> = (host: Host, argv: readonly string[], playing: Playing) => void;

class Child extends EventEmitter {
  readonly pid: number;
  readonly stdout = new EventEmitter();
  readonly stderr = new EventEmitter();

  constructor(pid: number) {
    super();
    this.pid = pid;
  }
}

/** The module; `start` gives a new program its process number. */
export function programModule<Host>(who: Who<Host>, play: Play<Host>, nextPid: (host: Host) => number) {
  return {
    spawn: (program: string, args: readonly string[]) => {
      const parent = currentOf(who);
      parent.check();
      const child = new Child(nextPid(parent.host));
      // Nothing of a program happens before its parent has had time to listen.
      const playing = playingOf(parent, child);
      queueMicrotask(() => play(parent.host, [program, ...args], playing));
      register(parent, child);
      return child;
    },
  };
}

const ended = new WeakSet<Child>();

function register<Host>({ machine, startTicks }: SimulatedProcess<Host>, child: Child): void {
  const own: Signalled = { pid: child.pid, startTicks: startTicks + 1, kill: () => end(child, null, "SIGTERM") };
  machine.table.set(child.pid, own);
  child.once("exit", () => machine.table.delete(child.pid));
}

function end(child: Child, code: number | null, signal: string | null): void {
  if (ended.has(child)) return;
  ended.add(child);
  child.emit("exit", code, signal);
  child.emit("close", code, signal);
}

/** A program outlives a parent that was killed, whom it can tell nothing any more; it dies with the machine. */
function playingOf<Host>(parent: SimulatedProcess<Host>, child: Child): Playing {
  const inContext = AsyncLocalStorage.snapshot();
  const runs = () => !ended.has(child) && parent.machine.table.has(child.pid);
  return {
    print: (text) => {
      if (runs() && parent.alive) inContext(() => child.stdout.emit("data", Buffer.from(text)));
    },
    exit: (code) => {
      if (!runs()) return;
      if (parent.alive) inContext(() => end(child, code, null));
      else ended.add(child);
      parent.machine.table.delete(child.pid);
    },
    runs,
  };
}
