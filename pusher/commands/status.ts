/** `status`: what this host knows, and what the worker thinks of it, for a person at its console. */
import { join } from "node:path";
import type { StatusAnswer } from "../../protocol/status.ts";
import { alarmState, QUIET } from "../alarm/judge.ts";
import { moment } from "../alarm/words.ts";
import { askCloud, type Cloud } from "../cloud.ts";
import type { Config, JobConfig } from "../config.ts";
import { loadKey } from "../key.ts";
import { holderIn } from "../lock.ts";
import { nextStart } from "../next-start.ts";
import { here } from "../plan.ts";
import { timeText } from "../progress-line.ts";
import type { Shell } from "../shell.ts";
import { spoolOf, waiting } from "../spool.ts";
import { beatState, clockState, jobState, recall } from "../state.ts";

type Watch = StatusAnswer["watches"][number];

export async function status(config: Config, shell: Shell): Promise<number> {
  const key = await loadKey(config.key, config.folder, shell.secrets);
  const cloud = await askCloud(config, shell);
  const beat = recall(config.state, "beat", beatState);
  const offset = recall(config.state, "clock", clockState)?.offsetSeconds ?? 0;
  const waits = waiting(spoolOf(config.state, shell.warn)).length;
  const watches = cloud.answer?.watches ?? [];
  const ofHost = watches.find(({ kind }) => kind === "host");
  shell.say(`config   ${config.file}`);
  shell.say(`key      ${key.ok ? key.value.keyId : key.failure}`);
  shell.say(`worker   ${config.worker}`);
  // Without a key the worker was not asked, and why stands above.
  for (const line of key.ok ? cloudLines(cloud) : []) shell.say(`         ${line}`);
  if (ofHost !== undefined) shell.say(`host     ${ofHost.name}: ${thinks(ofHost)}`);
  shell.say(`beat     ${beat === undefined ? "never answered" : `last answered ${beat.answeredAt}`}`);
  const sweptAt = cloud.answer === undefined ? beat?.lastSweepAt : cloud.answer.lastSweepAt;
  if (sweptAt !== undefined) shell.say(`sweep    ${sweptAt ?? "the worker has never swept"}`);
  if (offset !== 0) shell.say(`clock    ${Math.abs(offset)} s ${offset > 0 ? "ahead of" : "behind"} the worker's`);
  shell.say(`spool    ${waits} ${waits === 1 ? "record waits" : "records wait"}`);
  if (config.alarm !== undefined) shell.say(`alarm    ${alarmOf(config)}`);
  for (const job of config.jobs) for (const line of jobLines(config, job, watches, shell.now())) shell.say(line);
  for (const copy of watches.filter(({ kind }) => kind === "copy")) {
    shell.say(`copy     ${copy.name.replace("/", " in ")}: ${thinks(copy)}`);
  }
  return 0;
}

/** Whether what follows is of now, and if not, why and of when. */
function cloudLines({ answer, trouble }: Cloud): string[] {
  if (trouble === undefined) return [];
  const since = answer === undefined ? "what it thinks is not known" : `what it thinks is of ${answer.serverTime}`;
  return [trouble, since];
}

/** The worker's view of a watch; what is well needs no reason. */
function thinks({ status: now, reason }: Watch): string {
  return now === "ok" ? "ok" : `${now}: ${reason}`;
}

function alarmOf(config: Config): string {
  const { trouble, told } = recall(config.state, "alarm", alarmState) ?? QUIET;
  const ways = Object.keys(told);
  const by = ways.length === 0 ? "" : `; you were told by ${ways.join(", ")}`;
  if (trouble === undefined) return ways.length === 0 ? "quiet" : `over, and ${ways.join(", ")} still to be told so`;
  return `the worker is ${trouble.kind} since ${moment(trouble.sinceAt)}${by}`;
}

function jobLines(config: Config, job: JobConfig, watches: readonly Watch[], now: number): string[] {
  const watch = watches.find(({ kind, name }) => kind === "job" && name === job.name);
  return [
    `job      ${job.name}: ${lastOf(config, job)}`,
    `         next ${nextOf(config, job, now)}`,
    ...(watch === undefined ? [] : [`         the worker: ${thinks(watch)}`]),
  ];
}

function lastOf(config: Config, job: JobConfig): string {
  const holder = holderIn(join(config.state, "locks", job.name));
  if (holder !== undefined) return `running since ${holder.since} (process ${holder.pid})`;
  const last = recall(config.state, `job-${job.name}`, jobState);
  if (last === undefined) return "has not run yet";
  return `${last.status} at ${last.finishedAt}${last.reason === undefined ? "" : `: ${last.reason}`}`;
}

function nextOf(config: Config, job: JobConfig, now: number): string {
  const last = recall(config.state, `job-${job.name}`, jobState);
  const lastAt = last === undefined ? undefined : Date.parse(last.finishedAt);
  const next = nextStart(job.schedule, lastAt, here().zone, now);
  if (next === undefined) return "as soon as its scheduler starts it";
  if (next === null) return "never: its schedule names no time that is still to come";
  return next <= now ? "due now" : `${new Date(next).toISOString()}, in ${timeText(next - now)}`;
}
