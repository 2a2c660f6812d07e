/** A real pair of Syncthing instances for a test, and what a person does to them in their pages: pause, resume, change settings. */
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import {
  answers,
  type Instance,
  preparePair,
  SHARED_FOLDER,
  serveArgv,
  urlOf,
} from "../../scripts/start/syncthing-pair.ts";

export const FOLDER = SHARED_FOLDER;
const KEY = "tierwatch-site-test";

/** One instance of the pair. */
export interface Side extends Instance {
  readonly start: () => Promise<void>;
  /** Ends it by its own process id, and waits for its end. */
  readonly stop: (signal?: NodeJS.Signals) => Promise<void>;
  /** Asks its REST interface; the answer's JSON, or its text. */
  readonly rest: (method: string, path: string, body?: object) => Promise<unknown>;
}

export interface SyncthingPair {
  readonly sender: Side;
  readonly receiver: Side;
  readonly start: () => Promise<void>;
  readonly stop: () => Promise<void>;
}

/** Prepares both instances in `folder`; `program` is syncthing 1.x or 2.x. */
export async function syncthingPair(
  folder: string,
  from: string,
  to: string,
  program = "syncthing",
): Promise<SyncthingPair> {
  // As the process itself, not as one that looks after another: a signal then reaches what it is meant for.
  const env = { ...process.env, HOME: folder, STNOUPGRADE: "1", STNORESTART: "1", STMONITORED: "yes" };
  const made = await preparePair({ program, folder, from, to, key: KEY }, async ([file = "", ...args]) => {
    execFileSync(file, args, { stdio: "ignore", env });
    return { code: 0, output: "" };
  });
  if (!made.ok) throw new Error(made.failure);
  const sender = sideOf(made.value.sender, program, env);
  const receiver = sideOf(made.value.receiver, program, env);
  const both = [sender, receiver];
  return {
    sender,
    receiver,
    start: async () => void (await Promise.all(both.map((side) => side.start()))),
    stop: async () => void (await Promise.all(both.map((side) => side.stop()))),
  };
}

function sideOf(instance: Instance, program: string, env: NodeJS.ProcessEnv): Side {
  let running: ChildProcess | undefined;
  return {
    ...instance,
    start: async () => {
      const [file = "", ...args] = serveArgv(program, instance);
      running = spawn(file, args, { env, stdio: "ignore" });
      const answered = await answers(instance, KEY);
      if (!answered.ok) throw new Error(`${instance.name}: ${answered.failure}`);
    },
    stop: async (signal = "SIGTERM") => {
      const child = running;
      running = undefined;
      if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
      const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
      child.kill(signal);
      await ended;
    },
    rest: async (method, path, body) => {
      const answer = await fetch(`${urlOf(instance)}/rest${path}`, {
        method,
        headers: { "X-API-Key": KEY, "content-type": "application/json" },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      const text = await answer.text();
      if (!answer.ok) throw new Error(`${path}: ${answer.status} ${text}`);
      return text === "" ? undefined : JSON.parse(text);
    },
  };
}
