/**
 * One child process, from its start to an `Ended` value that always comes: also when the program is not there, when
 * something it left behind holds its output open, and when it hangs in the kernel where no signal reaches it.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { statSync } from "node:fs";
import { codeOf, reasonOf } from "./files.ts";
import type { Ended, ExecOptions } from "./jobs/job.ts";
import { CAPTURE_MAX_BYTES, DRAIN_MS, KILL_AFTER_MS, REAP_MS } from "./limits.ts";
import { endGroup } from "./processes.ts";

type Channel = "stdout" | "stderr";

export interface ChildIo {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly platform: NodeJS.Platform;
  /** Output as it comes, all but what is asked to be quiet. */
  readonly onOutput: (chunk: Uint8Array, channel: Channel) => void;
  /** A child wrote something, be it shown, read by the job or passed to another child; so many bytes were passed on. */
  readonly onBytes: (passed: number) => void;
  /** A child of this id has started. */
  readonly onStart: (pid: number) => void;
}

export interface Child {
  /** Absent when it could not be started. */
  readonly process?: ChildProcess;
  readonly ended: Promise<Ended>;
  /** Ends the child's whole process group; `timedOut` says whether because its time was up. */
  readonly end: (signal: NodeJS.Signals, timedOut: boolean) => Promise<void>;
}

export interface LaunchOptions extends ExecOptions {
  /** Whoever launches reads stdout and writes stdin (a pipe), instead of output being captured. */
  readonly stdin?: "pipe";
  readonly ownStdout?: boolean;
}

/** Starts a program. One that cannot be started has ended at once. */
export function launch(argv: readonly string[], options: LaunchOptions, io: ChildIo): Child {
  const [program = "", ...rest] = argv;
  let child: ChildProcess;
  try {
    child = spawn(program, rest, {
      cwd: options.cwd,
      env: { ...childEnv(io), ...options.env },
      stdio: [options.stdin ?? "ignore", "pipe", "pipe"],
      // A group of its own (setsid), so that grandchildren can be ended too. On Windows it would open a console window.
      detached: io.platform !== "win32",
      windowsHide: true,
    });
  } catch (error) {
    // Node refuses some command lines itself: a NUL in an argument, a .cmd file without a shell.
    return unstarted(startErrorOf(program, options.cwd, error));
  }
  if (child.pid !== undefined) io.onStart(child.pid);
  return follow(child, program, options, io);
}

/** A child that never was. */
export function unstarted(startError: string): Child {
  const ended: Ended = { timedOut: false, startError, stdout: "", stderr: "" };
  return { ended: Promise.resolve(ended), end: () => Promise.resolve() };
}

function follow(child: ChildProcess, program: string, options: LaunchOptions, io: ChildIo): Child {
  const pass = (channel: Channel, quiet: boolean | undefined) => (chunk: Uint8Array) => {
    io.onBytes(0);
    if (quiet !== true) io.onOutput(chunk, channel);
  };
  const { ownStdout, onStdout, onStderr } = options;
  const out = ownStdout === true ? null : child.stdout;
  const stdout = onStdout ? handOver(out, onStdout, io) : capture(out, pass("stdout", options.quiet));
  const stderr = onStderr
    ? handOver(child.stderr, onStderr, io)
    : capture(child.stderr, pass("stderr", options.quietErrors));
  let timedOut = false;
  let giveUp: () => void = () => undefined;
  const ended = new Promise<Ended>((resolve) => {
    const settle = (how: Pick<Ended, "exitCode" | "signal" | "startError">) =>
      resolve({ ...how, timedOut, stdout: stdout(), stderr: stderr() });
    giveUp = () => settle({ signal: "SIGKILL" });
    child.once("error", (error) => settle({ startError: startErrorOf(program, options.cwd, error) }));
    child.once("close", (code, signal) => settle(wayOf(code, signal)));
    child.once("exit", (code, signal) => setTimeout(() => settle(wayOf(code, signal)), DRAIN_MS).unref());
  });
  return {
    process: child,
    ended,
    end: async (signal, late) => {
      timedOut = late;
      if (child.pid === undefined) return;
      setTimeout(giveUp, KILL_AFTER_MS + REAP_MS).unref();
      await endGroup(child.pid, signal, io);
    },
  };
}

function wayOf(code: number | null, signal: NodeJS.Signals | null): Pick<Ended, "exitCode" | "signal"> {
  return code === null ? { signal: signal ?? "SIGKILL" } : { exitCode: code };
}

/** Collects a stream, up to a limit, while passing it on. */
function capture(stream: NodeJS.ReadableStream | null, onChunk: (chunk: Uint8Array) => void): () => string {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  stream?.on("data", (chunk: Buffer) => {
    onChunk(chunk);
    bytes += chunk.length;
    if (bytes <= CAPTURE_MAX_BYTES) chunks.push(chunk);
  });
  return () => Buffer.concat(chunks).toString("utf8");
}

/** Leaves a stream to the job; nothing of it is kept here. */
function handOver(
  stream: NodeJS.ReadableStream | null,
  take: (chunk: Uint8Array) => boolean,
  io: ChildIo,
): () => string {
  stream?.on("data", (chunk: Buffer) => {
    if (take(chunk)) io.onBytes(0);
  });
  return () => "";
}

/** Messages have to be English to be read. */
function childEnv(io: ChildIo): NodeJS.ProcessEnv {
  if (io.platform === "win32") return { ...io.env };
  return { ...io.env, LC_ALL: "C.UTF-8", PATH: searchPath(io.env, io.platform) };
}

/** Where a job's programs are looked for. Cron's PATH lacks the folders where zfs, zpool and smartctl are. */
export function searchPath(env: ChildIo["env"], platform: NodeJS.Platform): string {
  if (platform === "win32") return env.PATH ?? env.Path ?? "";
  return [env.PATH ?? "/usr/bin:/bin", "/usr/local/sbin", "/usr/sbin", "/sbin"].join(":");
}

/** Why a program could not be started, and what to do, as words for the owner. */
export function startErrorOf(program: string, cwd: string | undefined, error: unknown): string {
  if (cwd !== undefined && !isFolder(cwd)) return `the working folder ${cwd} does not exist`;
  if (codeOf(error) === "ENOENT") return `there is no program \`${program}\` on the PATH`;
  const script = /\.(cmd|bat|ps1)$/i.exec(program)?.[1]?.toLowerCase();
  if (script !== undefined) {
    const how = script === "ps1" ? '"powershell", "-NoProfile", "-File"' : '"cmd", "/d", "/c"';
    return `\`${program}\` is a script, not a program: write ${how} before it in its argv`;
  }
  return `the program \`${program}\` could not be started: ${reasonOf(error)}`;
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}
