/**
 * One run of a job: lock, number, record of the start, markers, the job itself, markers again, record of the result,
 * an attempt to send. The network decides nothing here: the job's exit code passes through whatever happens to it, and
 * every step that can fail beside the job is a line for the owner.
 */
import { constants } from "node:os";
import { join } from "node:path";
import type { Run } from "../protocol/heartbeat.ts";
import { noteReported } from "./arrivals.ts";
import { carryOut } from "./carry-out.ts";
import { ASK_CODE_PAGE, codePageIn } from "./code-page.ts";
import type { Config, JobConfig } from "./config.ts";
import { nextSeq } from "./counter.ts";
import { bystander } from "./exec.ts";
import { reasonOf } from "./files.ts";
import type { JobOutcome } from "./jobs/job.ts";
import { takeLock } from "./lock.ts";
import type { Notices } from "./notices.ts";
import { NO_LINE, type ProgressLine } from "./progress-line.ts";
import { type Found, finishedRecord, NOTHING_FOUND, type RunStart, startedRecord } from "./record.ts";
import type { Shell } from "./shell.ts";
import { put, type Spool, shrink, spoolOf } from "./spool.ts";
import { remember } from "./state.ts";
import { tail } from "./tail.ts";

const EXIT_LOCKED = 75;
const EXIT_TIMED_OUT = 124;
const EXIT_BROKEN = 70;

export interface Announcer {
  /** Tells the worker what waits, this run first; never throws, is over soon. */
  readonly result: (runId: string) => Promise<void>;
  /** Tells the worker that the run goes on, if it takes long. */
  readonly start: (runId: string) => Notices;
}

/** Who watches the run where it was started. */
export interface Watcher {
  readonly line: ProgressLine;
  /** The run's record, once it is kept and was tried to be told. */
  readonly finished: (record: Run) => void;
}

const NOBODY: Watcher = { line: NO_LINE, finished: () => undefined };

/** Runs a job once and gives the exit code to end with. */
export async function runJob(
  config: Config,
  job: JobConfig,
  shell: Shell,
  announce: Announcer,
  watcher: Watcher = NOBODY,
): Promise<number> {
  const spool = spoolOf(config.state, shell.warn);
  const startedAt = shell.now();
  const began = shell.elapsed();
  const id = shell.newId();
  const taken = await takeLock(join(config.state, "locks", job.name), id, startedAt);
  const seq = await nextSeq(config.state, shell.newId, startedAt);
  if (!seq.ok) {
    shell.warn(`${job.name} was not run: ${seq.failure}`);
    if (taken.ok) taken.lock.release();
    return EXIT_BROKEN;
  }
  const end = () => ({ finishedAt: shell.now(), tookMs: shell.elapsed() - began });
  const start: RunStart = { id, job: job.name, seq: seq.value, startedAt };
  const keep = (outcome: JobOutcome, found: Found, log: string): Run => {
    const record = finishedRecord(start, end(), outcome, found, log, shell.secrets.redact);
    store(config, spool, shell, record);
    return record;
  };
  if (!taken.ok) {
    const reason = `the run of ${taken.holder.since} (process ${taken.holder.pid}) still holds the lock`;
    shell.warn(`${job.name} was skipped: ${reason}`);
    watcher.line.over();
    const record = keep({ status: "skipped", exitCode: EXIT_LOCKED, reason }, NOTHING_FOUND, "");
    await announce.result(id);
    watcher.finished(record);
    return EXIT_LOCKED;
  }
  try {
    store(config, spool, shell, startedRecord(start));
    const codePage = await codePageOf(shell);
    const log = tail(codePage);
    const notices = announce.start(id);
    const progress = (at: number) => {
      store(config, spool, shell, startedRecord(start, at));
      notices.news();
    };
    const { outcome, found } = await carryOut(config, job, shell, {
      id,
      log,
      codePage,
      cover: taken.lock.cover,
      progress,
      line: watcher.line,
    });
    notices.over();
    watcher.line.over();
    const record = keep(outcome, found, log.text(shell.secrets.redact));
    if (outcome.reason !== undefined) {
      shell.warn(`${job.name} ${outcome.status.replace("_", " ")}: ${shell.secrets.redact(outcome.reason)}`);
    }
    noteReported(config.state, found.seen);
    taken.lock.release();
    await announce.result(id);
    watcher.finished(record);
    return exitCodeOf(outcome);
  } finally {
    taken.lock.release();
  }
}

/** The code page of Windows' tools; undefined elsewhere. */
async function codePageOf(shell: Shell): Promise<number | undefined> {
  return shell.platform === "win32" ? codePageIn((await bystander(shell)(ASK_CODE_PAGE)).stdout) : undefined;
}

/** Writes a record to the spool. A disk that takes none must not keep a backup from running. */
function store(config: Config, spool: Spool, shell: Shell, run: Run): void {
  try {
    put(spool, run);
    if (run.status === "started") return;
    shrink(spool);
    const { id, status, finishedAt, reason } = run;
    remember(config.state, `job-${run.job}`, { id, status, finishedAt, reason });
  } catch (error) {
    shell.warn(`the record of this run of ${run.job} (${run.status}) cannot be kept: ${reasonOf(error)}`);
  }
}

/** The code to end with: the job's own, as a shell would give it, and 1 for a run that failed although it exited 0. */
function exitCodeOf(outcome: JobOutcome): number {
  const { status, exitCode, signal } = outcome;
  if (status === "timed_out") return EXIT_TIMED_OUT;
  if (signal !== undefined)
    return 128 + (Object.entries(constants.signals).find(([name]) => name === signal)?.[1] ?? 0);
  if (exitCode !== undefined && exitCode !== 0) return exitCode;
  if (status === "failed") return 1;
  return status === "skipped" ? EXIT_LOCKED : 0;
}
