/** `doctor`: tries everything that the pusher needs, and says what to do, worst first. Exit 1 if there is any fault; advice is none. */
import type { Config } from "../config.ts";
import { checkAlarm } from "../doctor/alarm.ts";
import { checkBeat } from "../doctor/beat.ts";
import type { Finding } from "../doctor/finding.ts";
import { checkJobs } from "../doctor/jobs.ts";
import { checkDatasets, checkKeyFile, checkPrograms, checkState } from "../doctor/local.ts";
import { checkSchedule } from "../doctor/schedule.ts";
import { checkWorker } from "../doctor/worker.ts";
import { loadKey } from "../key.ts";
import type { Shell } from "../shell.ts";
import { EXIT_FAULT } from "./exit-codes.ts";

export async function doctor(config: Config, shell: Shell): Promise<number> {
  const key = await loadKey(config.key, config.folder, shell.secrets);
  const findings: Finding[] = [
    { what: `${config.file} is well formed: ${config.jobs.length} jobs, ${config.datasets.length} datasets` },
    key.ok ? { what: `the key is ${key.value.keyId}` } : { what: "the host's key", fault: key.failure },
    ...(await checkKeyFile(config, shell)),
    checkState(config),
    ...(await checkWorker(config, shell.now)),
    ...(await checkPrograms(config, shell)),
    ...checkDatasets(config),
    ...checkAlarm(config, shell),
    ...(await checkJobs(config, shell)),
    ...(await checkSchedule(config, shell)),
    ...checkBeat(config, shell.now()),
  ];
  for (const finding of worstFirst(findings)) shell.say(lineOf(finding));
  const faults = findings.filter((finding) => finding.fault !== undefined).length;
  shell.say(faults === 0 ? "nothing to do" : `${faults} ${faults === 1 ? "fault" : "faults"} to mend`);
  return faults === 0 ? 0 : EXIT_FAULT;
}

/** Faults, then advice, then what is well; each in the order in which it was looked at. */
function worstFirst(findings: readonly Finding[]): Finding[] {
  return [
    ...findings.filter(({ fault }) => fault !== undefined),
    ...findings.filter(({ fault, advice }) => fault === undefined && advice !== undefined),
    ...findings.filter(({ fault, advice }) => fault === undefined && advice === undefined),
  ];
}

function lineOf({ what, fault, advice }: Finding): string {
  if (fault !== undefined) return `FAULT  ${what}: ${fault}`;
  return advice === undefined ? `ok     ${what}` : `advice ${what}: ${advice}`;
}
