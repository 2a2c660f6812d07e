/** The middle of a run: markers before, the job itself, markers after; bounded by the job's rules and ended by a signal. */
import { boundsOf } from "./bounds.ts";
import type { Config, JobConfig } from "./config.ts";
import { type Evidence, evidenceOf } from "./evidence.ts";
import { type Executor, executor, type Stop } from "./exec.ts";
import type { JobOutcome } from "./jobs/job.ts";
import type { KindContext } from "./jobs/kind.ts";
import { KILL_AFTER_MS, REAP_MS } from "./limits.ts";
import type { ProgressLine } from "./progress-line.ts";
import { type Found, NOTHING_FOUND } from "./record.ts";
import { restorableOf } from "./restorable.ts";
import type { Shell } from "./shell.ts";
import { recall, remember } from "./state.ts";
import type { Tail } from "./tail.ts";

export interface CarriedOut {
  readonly outcome: JobOutcome;
  readonly found: Found;
}

export interface RunIo {
  /** The run's id. */
  readonly id: string;
  readonly log: Tail;
  /** What this host's tools write in, where that is not UTF-8. */
  readonly codePage: number | undefined;
  /** Names each program that was started to the run's lock. */
  readonly cover: (pid: number) => void;
  /** The run goes on, and last moved at this instant (ms). Only told of a job with a `hard_limit`. */
  readonly progress: (at: number) => void;
  /** Says on a terminal how the run goes on. */
  readonly line: ProgressLine;
}

/** Carries out one run under its lock. */
export async function carryOut(config: Config, job: JobConfig, shell: Shell, io: RunIo): Promise<CarriedOut> {
  const { log, line } = io;
  const bounds = boundsOf(job.rules, {
    now: shell.now,
    end: (why) => stopper.stop({ kind: "timeout", why }),
    progress: io.progress,
  });
  const children = executor({
    env: shell.env,
    platform: shell.platform,
    onStart: io.cover,
    onBytes: (piped) => {
      bounds.moved();
      line.carried(piped);
    },
    onOutput: (chunk, channel) => {
      log.push(chunk);
      line.hide();
      shell.pass(chunk, channel);
    },
  });
  const stopper = stopperOf(children);
  const unlisten = shell.onSignal((signal) => stopper.stop({ kind: "signal", signal }));
  let evidence: Evidence | undefined;
  const mark = async (asOf: number) => {
    evidence ??= await evidenceOf(config, job, asOf, {
      stream: children.stream,
      environment: () => job.prepared.environment(context),
      log: context.log,
      asking: context,
      now: shell.now,
      newId: shell.newId,
    });
    return evidence.marked;
  };
  const reach: Reach = { children, moved: bounds.moved, stopping: stopper.stopping, mark };
  const context = contextOf(config, job, shell, io, reach);
  try {
    if (job.carries !== undefined) line.phase("makes its marker");
    if (!job.prepared.marks) await mark(shell.now());
    line.phase(job.carries === undefined ? "looks" : "carries");
    const ended = await Promise.race([safely(job, context), stopper.overdue]);
    await stopper.settled();
    const stopped = children.stopped();
    const outcome = stopped === undefined ? ended : cutShort(ended, stopped);
    return (await evidence?.after(outcome)) ?? { outcome, found: NOTHING_FOUND };
  } catch (error) {
    context.log(`tierwatch: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
    return { outcome: broken(job), found: NOTHING_FOUND };
  } finally {
    bounds.cancel();
    unlisten();
  }
}

/** A kind that throws has a bug: the owner gets a failed run, and the trace in its log. */
async function safely(job: JobConfig, context: KindContext): Promise<JobOutcome> {
  try {
    return await job.prepared.run(context);
  } catch (error) {
    context.log(`tierwatch: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
    return broken(job);
  }
}

function broken(job: JobConfig): JobOutcome {
  return {
    status: "failed",
    reason: `the pusher's own code for ${job.kind} failed; this is a bug, its trace is in the log`,
  };
}

interface Stopper {
  readonly stop: (why: Stop) => void;
  /** Aborted when the run has to end. */
  readonly stopping: AbortSignal;
  /** Resolves when a run that was stopped does not end although its programs were killed. */
  readonly overdue: Promise<JobOutcome>;
  /** Resolves when every program that was told to end has ended. */
  readonly settled: () => Promise<void>;
}

function stopperOf(children: Executor): Stopper {
  const controller = new AbortController();
  let ending = Promise.resolve();
  let giveUp: (outcome: JobOutcome) => void = () => undefined;
  const overdue = new Promise<JobOutcome>((resolve) => {
    giveUp = resolve;
  });
  return {
    stopping: controller.signal,
    stop: (why) => {
      controller.abort();
      ending = Promise.all([ending, children.stop(why)]).then(() => undefined);
      setTimeout(() => giveUp({ status: "failed" }), KILL_AFTER_MS + 2 * REAP_MS).unref();
    },
    overdue,
    settled: () => ending,
  };
}

function cutShort({ left, ...outcome }: JobOutcome, stopped: Stop): JobOutcome {
  const still = left === undefined ? "" : `; ${left}`;
  if (stopped.kind === "timeout") {
    return { ...outcome, status: "timed_out", reason: `killed: ${stopped.why}${still}` };
  }
  const { exitCode: _, ...rest } = outcome;
  return {
    ...rest,
    status: "failed",
    signal: stopped.signal,
    reason: `ended by ${stopped.signal}, sent to the pusher${still}`,
  };
}

/** What a run gives its job beside the config and the shell. */
interface Reach extends Pick<KindContext, "moved" | "stopping" | "mark"> {
  readonly children: Executor;
}

function contextOf(config: Config, job: JobConfig, shell: Shell, io: RunIo, reach: Reach): KindContext {
  const { children, moved, stopping, mark } = reach;
  const secret = (reference: string) => shell.secrets.resolve(reference, config.folder);
  return {
    exec: children.exec,
    pipe: children.pipe,
    moved,
    carried: io.line.total,
    stopping,
    mark,
    hide: shell.secrets.learn,
    host: { env: shell.env, platform: shell.platform },
    log: (line) => {
      const bytes = new TextEncoder().encode(`${shell.secrets.redact(line)}\n`);
      io.log.push(bytes);
      io.line.hide();
      shell.pass(bytes, "stderr");
    },
    now: shell.now,
    job: job.name,
    runId: io.id,
    ...(job.carries === undefined ? {} : { carries: job.carries }),
    folder: config.folder,
    codePage: io.codePage,
    policy: (name) => (Object.hasOwn(config.policies, name) ? config.policies[name] : undefined),
    secret,
    restorable: (dataset) => restorableOf(config, dataset, job.tier, { secret }),
    recall: (schema) => recall(config.state, `kind-${job.name}`, schema),
    remember: (value) => remember(config.state, `kind-${job.name}`, value),
  };
}
