/** `run JOB`: one run of a job, ending with the job's own exit code. */

import { nearest } from "../../protocol/nearest.ts";
import { announcerOf } from "../announce.ts";
import type { Config, JobConfig } from "../config.ts";
import { runJob } from "../run.ts";
import type { Shell } from "../shell.ts";
import { terminalOf } from "../terminal.ts";
import { EXIT_USAGE } from "./exit-codes.ts";

export async function run(config: Config, shell: Shell, name: string, json: boolean): Promise<number> {
  const job = config.jobs.find((candidate) => candidate.name === name);
  if (job !== undefined) return json ? await runForScript(config, job, shell) : await runForPerson(config, job, shell);
  const names = config.jobs.map((candidate) => candidate.name);
  const meant = nearest(name, names);
  const hint = meant === undefined ? `its jobs are: ${names.join(", ") || "none"}` : `did you mean \`${meant}\`?`;
  shell.warn(`there is no job \`${name}\` in ${config.file}; ${hint}`);
  return EXIT_USAGE;
}

async function runForPerson(config: Config, job: JobConfig, shell: Shell): Promise<number> {
  const announcer = announcerOf(config, shell);
  const terminal = await terminalOf(shell);
  if (terminal === undefined) return await runJob(config, job, shell, announcer);
  const { progressLine } = await import("../progress-line.ts");
  const line = progressLine(job.name, terminal);
  const { endWords } = await import("../run-words.ts");
  return await runJob(config, job, shell, announcer, { line, finished: (record) => shell.warn(endWords(record)) });
}

/** The output of the job goes to stderr: on stdout stands nothing but one object. */
async function runForScript(config: Config, job: JobConfig, shell: Shell): Promise<number> {
  const { NO_LINE } = await import("../progress-line.ts");
  const { scriptRecord } = await import("../run-words.ts");
  const quiet: Shell = { ...shell, pass: (chunk) => shell.pass(chunk, "stderr") };
  return await runJob(config, job, quiet, announcerOf(config, quiet), {
    line: NO_LINE,
    finished: (record) => shell.say(JSON.stringify(scriptRecord(record, config.state))),
  });
}
