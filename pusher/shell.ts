/** What the outside gives to every command: the clock, fresh ids, the environment, two ways to speak, and the secrets. */
import type { Secrets } from "./secrets.ts";

export interface Shell {
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Milliseconds of a clock that nobody sets and that goes on while the machine sleeps: only differences mean something. */
  readonly elapsed: () => number;
  /** A fresh random UUID. */
  readonly newId: () => string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly platform: NodeJS.Platform;
  /** How this very pusher was started: node and its script, both absolute. */
  readonly program: readonly [string, string];
  /** A line for the owner on stdout; known secrets are redacted. */
  readonly say: (line: string) => void;
  /** A line for the owner on stderr; known secrets are redacted. */
  readonly warn: (line: string) => void;
  /** A job's own output, passed through untouched. */
  readonly pass: (chunk: Uint8Array, channel: "stdout" | "stderr") => void;
  /** Calls back on SIGINT, SIGTERM and SIGHUP until the returned function is called. */
  readonly onSignal: (listener: (signal: NodeJS.Signals) => void) => () => void;
  readonly secrets: Secrets;
}
