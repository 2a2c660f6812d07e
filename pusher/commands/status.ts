/** `status`: what this host knows, for a person at its console. */
import { join } from "node:path";
import { alarmState, QUIET } from "../alarm/judge.ts";
import { moment } from "../alarm/words.ts";
import type { Config, JobConfig } from "../config.ts";
import { loadKey } from "../key.ts";
import { holderIn } from "../lock.ts";
import type { Shell } from "../shell.ts";
import { spoolOf, waiting } from "../spool.ts";
import { beatState, clockState, jobState, recall } from "../state.ts";

export async function status(config: Config, shell: Shell): Promise<number> {
  const key = await loadKey(config.key, config.folder, shell.secrets);
  const beat = recall(config.state, "beat", beatState);
  const offset = recall(config.state, "clock", clockState)?.offsetSeconds ?? 0;
  const waits = waiting(spoolOf(config.state, shell.warn)).length;
  shell.say(`config   ${config.file}`);
  shell.say(`key      ${key.ok ? key.value.keyId : key.failure}`);
  shell.say(`worker   ${config.worker}`);
  shell.say(`beat     ${beat === undefined ? "never answered" : `last answered ${beat.answeredAt}`}`);
  if (beat !== undefined) shell.say(`sweep    ${beat.lastSweepAt ?? "the worker has never swept"}`);
  if (offset !== 0) shell.say(`clock    ${Math.abs(offset)} s ${offset > 0 ? "ahead of" : "behind"} the worker's`);
  shell.say(`spool    ${waits} ${waits === 1 ? "record waits" : "records wait"}`);
  if (config.alarm !== undefined) shell.say(`alarm    ${alarmOf(config)}`);
  for (const job of config.jobs) shell.say(`job      ${job.name}: ${lastOf(config, job)}`);
  return 0;
}

function alarmOf(config: Config): string {
  const { trouble, told } = recall(config.state, "alarm", alarmState) ?? QUIET;
  const ways = Object.keys(told);
  const by = ways.length === 0 ? "" : `; you were told by ${ways.join(", ")}`;
  if (trouble === undefined) return ways.length === 0 ? "quiet" : `over, and ${ways.join(", ")} still to be told so`;
  return `the worker is ${trouble.kind} since ${moment(trouble.sinceAt)}${by}`;
}

function lastOf(config: Config, job: JobConfig): string {
  const holder = holderIn(join(config.state, "locks", job.name));
  if (holder !== undefined) return `running since ${holder.since} (process ${holder.pid})`;
  const last = recall(config.state, `job-${job.name}`, jobState);
  if (last === undefined) return "has not run yet";
  return `${last.status} at ${last.finishedAt}${last.reason === undefined ? "" : `: ${last.reason}`}`;
}
