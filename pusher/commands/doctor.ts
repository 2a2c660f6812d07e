/** `doctor`: looks at everything that the pusher needs, and says for each fault what to do. Exit 1 if there is any. */
import type { Config } from "../config.ts";
import { checkAlarm } from "../doctor/alarm.ts";
import type { Finding } from "../doctor/finding.ts";
import { checkJobs } from "../doctor/jobs.ts";
import { checkDatasets, checkKeyFile, checkPrograms, checkState } from "../doctor/local.ts";
import { checkWorker } from "../doctor/worker.ts";
import { loadKey } from "../key.ts";
import type { Shell } from "../shell.ts";
import { EXIT_FAULT } from "./exit-codes.ts";

export async function doctor(config: Config, shell: Shell): Promise<number> {
  const key = await loadKey(config.key, config.folder, shell.secrets);
  const findings: Finding[] = [
    { what: `${config.file} is well formed: ${config.jobs.length} jobs, ${config.datasets.length} datasets` },
    key.ok ? { what: `the key is ${key.value.keyId}` } : { what: "the host's key", fault: key.failure },
    ...checkKeyFile(config, shell.platform),
    checkState(config),
    ...(await checkWorker(config, shell.now)),
    ...checkPrograms(config, shell),
    ...checkDatasets(config),
    ...checkAlarm(config, shell),
    ...(await checkJobs(config, shell)),
  ];
  for (const finding of findings) shell.say(lineOf(finding));
  const faults = findings.filter((finding) => finding.fault !== undefined).length;
  shell.say(faults === 0 ? "nothing to do" : `${faults} ${faults === 1 ? "fault" : "faults"} to mend`);
  return faults === 0 ? 0 : EXIT_FAULT;
}

function lineOf({ what, fault, advice }: Finding): string {
  if (fault !== undefined) return `FAULT  ${what}: ${fault}`;
  return advice === undefined ? `ok     ${what}` : `advice ${what}: ${advice}`;
}
