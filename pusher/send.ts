/**
 * Delivers what waits in the spool. Records go out in batches inside the wire's limits; one leaves the spool only when
 * an answer names its run. A record that the worker will not take is found by halving its batch and set aside, so that
 * it can block no other. Whatever goes wrong is a line for the owner, and the spool keeps the rest.
 */
import { type HeartbeatAnswer, heartbeatAnswer, type Run, type Sighting } from "../protocol/heartbeat.ts";
import { BODY_MAX_BYTES, RUNS_MAX } from "../protocol/limits.ts";
import { failed, ok, type Result } from "../protocol/result.ts";
import type { Config } from "./config.ts";
import { BODY_ROOM_BYTES, SWEEP_STALE_SECONDS } from "./limits.ts";
import { exchange, type Link, measured, type Trouble } from "./link.ts";
import { wordsOf } from "./refusal-words.ts";
import { sendPlan } from "./send-plan.ts";
import { type RecordName, read, type Spool, type SpoolRecord, setAside, settle, waiting } from "./spool.ts";
import { remember } from "./state.ts";
import { VERSION } from "./version.ts";

export interface Load {
  /** Send a heartbeat even when there is nothing else to say. */
  readonly alive: boolean;
  /** Markers found outside any run. */
  readonly seen: readonly Sighting[];
  /** This run's records go first. */
  readonly first?: string;
  /** No further batch is begun after this instant (ms). */
  readonly until?: number;
}

export interface Sender {
  readonly config: Config;
  readonly link: Link;
  readonly spool: Spool;
  readonly warn: (line: string) => void;
}

export interface Delivered {
  /** How many records the worker holds now. */
  readonly runs: number;
  readonly trouble?: Trouble;
  /** The worker's last answer to a heartbeat, if there was one. */
  readonly answer?: HeartbeatAnswer;
}

/** Sends the plan if it changed, then everything that waits. */
export async function deliver(sender: Sender, load: Load): Promise<Delivered> {
  const plan = await sendPlan(sender.config, sender.link);
  if (!plan.ok) {
    if (plan.failure.kind === "unreachable" || plan.failure.problem.status === 401) {
      return { runs: 0, trouble: plan.failure };
    }
    sender.warn(`the plan was refused: ${wordsOf(plan.failure.problem)}`);
  }
  let runs = 0;
  let answer: HeartbeatAnswer | undefined;
  let names = inOrder(waiting(sender.spool), load.first);
  let seen = load.seen;
  let alive = load.alive || seen.length > 0;
  while (names.length > 0 || alive) {
    if (runs > 0 && load.until !== undefined && sender.link.now() >= load.until) break;
    const batch = nextBatch(sender.spool, names);
    names = batch.rest;
    if (batch.records.length === 0 && !alive) continue;
    const sent = await sendBatch(sender, batch.records, seen);
    if (!sent.ok) return { runs, trouble: sent.failure };
    runs += sent.value.held;
    answer = sent.value.answer ?? answer;
    seen = [];
    alive = false;
  }
  return { runs, ...(answer === undefined ? {} : { answer }) };
}

function inOrder(names: readonly RecordName[], first: string | undefined): RecordName[] {
  const mine = names.filter((name) => name.runId === first);
  return [...mine, ...names.filter((name) => name.runId !== first)];
}

interface Batch {
  readonly records: readonly SpoolRecord[];
  readonly rest: RecordName[];
}

/** As many records, in order, as fit in one heartbeat; at least one. */
function nextBatch(spool: Spool, names: readonly RecordName[]): Batch {
  const records: SpoolRecord[] = [];
  let bytes = 0;
  for (const [index, name] of names.entries()) {
    const record = read(spool, name);
    if (record === undefined) continue;
    bytes += Buffer.byteLength(record.text) + 1;
    const full = records.length === RUNS_MAX || bytes > BODY_MAX_BYTES - BODY_ROOM_BYTES;
    if (full && records.length > 0) return { records, rest: names.slice(index) };
    records.push(record);
  }
  return { records, rest: [] };
}

interface Sent {
  /** How many of the records the worker holds now. */
  readonly held: number;
  /** Absent when it took nothing, because a record was set aside. */
  readonly answer?: HeartbeatAnswer;
}

async function sendBatch(
  sender: Sender,
  records: readonly SpoolRecord[],
  seen: readonly Sighting[],
): Promise<Result<Sent, Trouble>> {
  const answer = await beat(
    sender.link,
    records.map((record) => record.run),
    seen,
  );
  if (answer.ok) {
    note(sender, answer.value);
    const held = records.filter((record) => answer.value.runs.includes(record.run.id));
    for (const record of held) settle(sender.spool, record);
    return ok({ held: held.length, answer: answer.value });
  }
  const trouble = answer.failure;
  const unwanted = trouble.kind === "refused" && ["malformed", "body_too_large"].includes(trouble.problem.code);
  if (!unwanted) return answer;
  return await divide(sender, records, seen, trouble);
}

/** Something in this heartbeat is not wanted: which record is it? */
async function divide(
  sender: Sender,
  records: readonly SpoolRecord[],
  seen: readonly Sighting[],
  trouble: Trouble & { readonly kind: "refused" },
): Promise<Result<Sent, Trouble>> {
  if (seen.length > 0) {
    const rest = await sendBatch(sender, records, []);
    if (rest.ok) sender.warn(`sightings were not taken: ${wordsOf(trouble.problem)}`);
    return rest;
  }
  const [only, ...more] = records;
  if (only === undefined) return failed(trouble);
  if (more.length === 0) {
    setAside(sender.spool, only.name, `the worker does not take it (${wordsOf(trouble.problem)})`);
    return ok({ held: 0 });
  }
  const middle = Math.ceil(records.length / 2);
  const left = await sendBatch(sender, records.slice(0, middle), []);
  if (!left.ok) return left;
  const right = await sendBatch(sender, records.slice(middle), []);
  if (!right.ok) return right;
  const answer = right.value.answer ?? left.value.answer;
  return ok({ held: left.value.held + right.value.held, ...(answer === undefined ? {} : { answer }) });
}

function beat(link: Link, runs: readonly Run[], seen: readonly Sighting[]): Promise<Result<HeartbeatAnswer, Trouble>> {
  return exchange(link, {
    method: "POST",
    path: "/v1/heartbeats",
    body: (offset) => ({
      runs,
      ...(seen.length === 0 ? {} : { seen }),
      ...(offset === 0 ? {} : { clockOffsetSeconds: offset }),
      pusherVersion: VERSION,
    }),
    answer: heartbeatAnswer,
  });
}

function note(sender: Sender, answer: HeartbeatAnswer): void {
  const { link } = sender;
  measured(link, answer.serverTime);
  remember(link.state, "beat", { answeredAt: answer.serverTime, lastSweepAt: answer.lastSweepAt });
  if (answer.lastSweepAt === null) return;
  const age = Math.round((Date.parse(answer.serverTime) - Date.parse(answer.lastSweepAt)) / 1000);
  if (age <= SWEEP_STALE_SECONDS) return;
  sender.warn(
    `the worker took the heartbeat but last looked for missed deadlines ${Math.round(age / 60)} minutes ago: ` +
      "its clock has stopped, and until it runs again nobody is alerted; look at the worker's cron trigger",
  );
}

/** Trouble as a sentence. */
export function troubleWords(trouble: Trouble, worker: string): string {
  return trouble.kind === "refused" ? wordsOf(trouble.problem) : `${worker} was not reached: ${trouble.reason}`;
}
