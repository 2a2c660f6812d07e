/**
 * Runs a job's programs: each in a process group of its own, never through a shell. Command lines may hold secrets, so
 * no message names more of one than its program.
 */
import { type Child, type ChildIo, type LaunchOptions, launch, unstarted } from "./child.ts";
import type { Ended, ExecOptions, JobContext } from "./jobs/job.ts";

/** Why a run was cut short. */
export type Stop =
  | { readonly kind: "timeout"; readonly why: string }
  | { readonly kind: "signal"; readonly signal: NodeJS.Signals };

/** Runs a program and hands its stdout on as bytes. */
export type Stream = (
  argv: readonly string[],
  onChunk: (chunk: Uint8Array) => void,
  options: ExecOptions,
) => Promise<Ended>;

export interface Executor extends Pick<JobContext, "exec" | "pipe"> {
  readonly stream: Stream;
  /** Ends every child that runs, and lets no other start; resolves when their groups are gone. */
  readonly stop: (why: Stop) => Promise<void>;
  readonly stopped: () => Stop | undefined;
}

/** An executor for one run. */
export function executor(io: ChildIo): Executor {
  const running = new Set<Child>();
  let why: Stop | undefined;

  const start = (argv: readonly string[], options: LaunchOptions): Child => {
    if (why !== undefined) return unstarted("the run was ended before this program was started");
    const child = launch(argv, options, io);
    running.add(child);
    return child;
  };

  const finish = async (child: Child, options: ExecOptions): Promise<Ended> => {
    const { timeoutSeconds } = options;
    const timer =
      timeoutSeconds === undefined ? undefined : setTimeout(() => child.end("SIGTERM", true), timeoutSeconds * 1000);
    const ended = await child.ended;
    clearTimeout(timer);
    running.delete(child);
    return ended;
  };

  return {
    exec: (argv, options = {}) => finish(start(argv, options), options),
    pipe: async (producerArgv, consumerArgv, options = {}) => {
      const producer = start(producerArgv, { ...options, ownStdout: true });
      const consumer = start(consumerArgv, { ...options, stdin: "pipe" });
      const bytes = connect(producer, consumer, io.onBytes);
      const ends = await Promise.all([finish(producer, options), finish(consumer, options)]);
      return { producer: ends[0], consumer: ends[1], bytes: bytes() };
    },
    stream: (argv, onChunk, options) => {
      const child = start(argv, { ...options, ownStdout: true });
      child.process?.stdout?.on("data", (chunk) => {
        io.onBytes(0);
        onChunk(chunk);
      });
      return finish(child, options);
    },
    stop: async (cause) => {
      why ??= cause;
      const signal = cause.kind === "timeout" ? "SIGTERM" : cause.signal;
      await Promise.all([...running].map((child) => child.end(signal, cause.kind === "timeout")));
    },
    stopped: () => why,
  };
}

/** Runs programs that belong to no run: questions to the system, whose output is for nobody's eyes. */
export function bystander({ env, platform }: Pick<ChildIo, "env" | "platform">): JobContext["exec"] {
  const ignore = () => undefined;
  return executor({ env, platform, onOutput: ignore, onBytes: ignore, onStart: ignore }).exec;
}

/** Lets bytes flow from one to the other; each end learns by a closed pipe when the other is gone. */
function connect(producer: Child, consumer: Child, onBytes: (passed: number) => void): () => number {
  const source = producer.process?.stdout;
  const sink = consumer.process?.stdin;
  let bytes = 0;
  if (!source || !sink) {
    source?.destroy();
    sink?.end();
    return () => 0;
  }
  source.on("data", (chunk: Buffer) => {
    bytes += chunk.length;
    onBytes(chunk.length);
  });
  source.on("error", () => sink.end());
  sink.on("error", () => source.destroy());
  sink.on("close", () => source.destroy());
  source.pipe(sink);
  return () => bytes;
}
