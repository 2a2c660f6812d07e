/**
 * What a kind of job is: the schema of its own settings, and how one run of it goes. A kind never touches lock, spool or
 * network; it gets what it needs as functions and answers with an outcome that says what really happened.
 */
import type { Depth, Reading, RunStatus } from "../../protocol/heartbeat.ts";

/** How one child process ended. Exactly one of `exitCode` and `signal` is set, unless it could not be started. */
export interface Ended {
  readonly exitCode?: number;
  readonly signal?: string;
  /** It was killed because its time was up. */
  readonly timedOut: boolean;
  /** Why it could not be started (no such program, no permission). */
  readonly startError?: string;
  readonly stdout: string;
  readonly stderr: string;
}

export interface ExecOptions {
  readonly cwd?: string;
  /** Added to the child's environment. */
  readonly env?: Readonly<Record<string, string>>;
  /** Hard limit for this child; the run's own `maxRuntime` holds besides. */
  readonly timeoutSeconds?: number;
  /** Its output is for the job to read, not for the terminal and the run's tail (a JSON listing). Stderr still shows. */
  readonly quiet?: boolean;
  /** Its errors are for the job to read too: a question to which "no" is an answer. */
  readonly quietErrors?: boolean;
  /**
   * Takes stdout as it comes, in place of the terminal, the tail and `Ended.stdout`: output of any length in constant memory.
   * Answers whether the program was seen to move on: one that only repeats its state (its server is gone) does not.
   */
  readonly onStdout?: (chunk: Uint8Array) => boolean;
  /** The same for stderr. */
  readonly onStderr?: (chunk: Uint8Array) => boolean;
}

/** How both ends of a pipe ended, and how many bytes went through it. */
export interface Piped {
  readonly producer: Ended;
  readonly consumer: Ended;
  readonly bytes: number;
}

/** What a job is given to work with. All I/O of a job goes through here. */
export interface JobContext {
  /** Runs one program (never through a shell) in a process group of its own, and waits for its end. */
  readonly exec: (argv: readonly string[], options?: ExecOptions) => Promise<Ended>;
  /** Runs `producer | consumer` as two process groups; both ends are reported. */
  readonly pipe: (producer: readonly string[], consumer: readonly string[], options?: ExecOptions) => Promise<Piped>;
  /** Adds a line of the job's own to the run's output. */
  readonly log: (line: string) => void;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** The tool was seen to move on, by other means than a program's output. */
  readonly moved: () => void;
  /** How many bytes it has carried so far, where its tool tells: somebody may be watching. */
  readonly carried?: (bytes: number) => void;
  /** Aborted when the run has to end: whatever waits then gives up. */
  readonly stopping: AbortSignal;
}

/** What a run came to. The output's tail is collected by the runner, not here. */
export interface JobOutcome {
  readonly status: Exclude<RunStatus, "started">;
  readonly exitCode?: number;
  readonly signal?: string;
  readonly reason?: string;
  readonly bytes?: number;
  readonly files?: number;
  readonly deletions?: number;
  readonly errors?: number;
  readonly readings?: readonly Reading[];
  /** How far back the copies reach that this run carried. */
  readonly depths?: readonly Depth[];
  /** Of a run that was ended from outside: what it still had to do. */
  readonly left?: string;
}
