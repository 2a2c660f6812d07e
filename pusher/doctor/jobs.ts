/** What each kind of job has to say of its settings on this very host. */
import type { Config } from "../config.ts";
import { executor } from "../exec.ts";
import type { CheckContext } from "../jobs/kind.ts";
import type { Shell } from "../shell.ts";
import type { Finding } from "./finding.ts";

/** No question of a kind takes longer, unless it says so itself. */
const CHECK_SECONDS = 60;
const QUIET = { quiet: true, quietErrors: true };

export async function checkJobs(config: Config, shell: Shell): Promise<Finding[]> {
  const ignore = () => undefined;
  const { env, platform } = shell;
  const children = executor({ env, platform, onOutput: ignore, onBytes: ignore, onStart: ignore });
  const findings: Finding[] = [];
  for (const { name, prepared, carries } of config.jobs) {
    const context: CheckContext = {
      exec: (argv, options) => children.exec(argv, { timeoutSeconds: CHECK_SECONDS, ...QUIET, ...options }),
      secret: (reference) => shell.secrets.resolve(reference, config.folder),
      hide: shell.secrets.learn,
      host: { env, platform },
      folder: config.folder,
      ...(carries === undefined ? {} : { carries }),
    };
    for (const { what, ...rest } of await prepared.check(context))
      findings.push({ what: `job ${name}: ${what}`, ...rest });
  }
  return findings;
}
