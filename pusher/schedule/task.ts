/** What has to be started: the beat and each job, as command lines that need no shell, no PATH and no working folder. */
import type { Config, JobConfig, ScheduleConfig } from "../config.ts";

export interface Task {
  /** `beat`, or `run-` and the job's name: names of entries are made of it, and no job can be taken for the beat. */
  readonly id: string;
  /** What the owner knows it by: `the beat`, `job nightly`. */
  readonly title: string;
  readonly argv: readonly string[];
  readonly schedule: ScheduleConfig;
  /** How late it may start without anybody missing it. */
  readonly slackSeconds: number;
  /** After this long its scheduler may end it; absent, it never may. */
  readonly limitSeconds?: number;
}

/** What is written for one scheduler. */
export interface Entry {
  /** A unit's file name, a task's name, or a task's id in the crontab. */
  readonly name: string;
  readonly text: string;
}

/** All that rendering needs to know of the machine. */
export interface Setting {
  readonly tasks: readonly Task[];
  /** Absolute path of pusher.toml: entries say what they were made from. */
  readonly config: string;
  /** Absolute path of the state folder. */
  readonly state: string;
  /** The PATH under which jobs find their programs. */
  readonly path: string;
  /** The machine's own zone. */
  readonly zone: string;
  /** Who the jobs run as: `root`, `owner`, `CORENAS\owner`. */
  readonly user: string;
  /** Entries of the whole machine (root), or of one user. */
  readonly scope: "system" | "user";
}

/**
 * A run that its own pusher ends still has to end its programs, look for markers (each sample of a fetch may take two
 * minutes) and tell its result. The scheduler's limit is for a pusher that hangs, so it comes well after all that.
 */
const AFTERWARDS_SECONDS = 3_600;
const BEAT_LIMIT_SECONDS = 3_600;

/** `program` is how this very pusher is started: node and its script, absolute. */
export function tasksOf(config: Config, program: readonly string[]): Task[] {
  const withConfig = (...command: string[]) => [...program, ...command, "--config", config.file];
  const { everySeconds, graceSeconds } = config.beat;
  const beat: Task = {
    id: "beat",
    title: "the beat",
    argv: withConfig("beat"),
    schedule: { everySeconds },
    slackSeconds: graceSeconds,
    limitSeconds: BEAT_LIMIT_SECONDS,
  };
  return [beat, ...config.jobs.map((job) => taskOf(job, withConfig("run", job.name)))];
}

function taskOf({ name, schedule, graceSeconds, rules }: JobConfig, argv: readonly string[]): Task {
  const longest = rules.hardLimitSeconds ?? rules.maxRuntimeSeconds;
  return {
    id: `run-${name}`,
    title: `job ${name}`,
    argv,
    schedule,
    slackSeconds: Math.min(graceSeconds, rules.startWithinSeconds ?? graceSeconds),
    ...(longest === undefined ? {} : { limitSeconds: longest + AFTERWARDS_SECONDS }),
  };
}

/** The first line of whatever is written: it says whose it is, and what becomes of changes. */
export function markOf(config: string): string {
  return `${MARK} from ${config}; what is changed here is lost`;
}

/** How a line begins by which our entries are known. */
const MARK = "# Tierwatch: written by `pusher schedule install`";

/** Which pusher.toml an entry was made from; undefined for an entry that is not ours. */
export function madeFrom(text: string): string | undefined {
  const first = text.split("\n", 1)[0] ?? "";
  if (!first.startsWith(`${MARK} from `)) return undefined;
  return first.slice(`${MARK} from `.length).replace(/; what is changed here is lost$/, "");
}
