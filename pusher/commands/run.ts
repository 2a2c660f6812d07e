/** `run JOB`: one run of a job, ending with the job's own exit code. */

import { nearest } from "../../protocol/nearest.ts";
import { announcerOf } from "../announce.ts";
import type { Config } from "../config.ts";
import { runJob } from "../run.ts";
import type { Shell } from "../shell.ts";
import { EXIT_USAGE } from "./exit-codes.ts";

export async function run(config: Config, shell: Shell, name: string): Promise<number> {
  const job = config.jobs.find((candidate) => candidate.name === name);
  if (job !== undefined) return await runJob(config, job, shell, announcerOf(config, shell));
  const names = config.jobs.map((candidate) => candidate.name);
  const meant = nearest(name, names);
  const hint = meant === undefined ? `its jobs are: ${names.join(", ") || "none"}` : `did you mean \`${meant}\`?`;
  shell.warn(`there is no job \`${name}\` in ${config.file}; ${hint}`);
  return EXIT_USAGE;
}
