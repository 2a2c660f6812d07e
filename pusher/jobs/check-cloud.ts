/** What `doctor` asks the tools that carry to the cloud: does the repository open? Only questions that write nothing. */
import type { Finding } from "../doctor/finding.ts";
import { borgTrouble } from "./borg-trouble.ts";
import { readable } from "./check-places.ts";
import type { Ended } from "./job.ts";
import type { CheckContext, Environment } from "./kind.ts";
import { kopiaTrouble } from "./kopia-trouble.ts";
import { rcloneTrouble } from "./rclone-trouble.ts";
import { resticTrouble } from "./restic-trouble.ts";

type Trouble = (exitCode: number, errors: string) => string;

/** Does the repository open with this password? `paths` are what goes into it. */
export async function checkRepository(
  tool: "restic" | "borg" | "kopia",
  env: Environment,
  paths: readonly string[],
  context: CheckContext,
): Promise<Finding[]> {
  const { argv, trouble } = QUESTIONS[tool];
  return [...readable(paths, context), ...(await asked("the repository", argv, env, trouble, context))];
}

/** None of them takes a lock, or writes more than a cache. */
const QUESTIONS: Readonly<Record<"restic" | "borg" | "kopia", { argv: readonly string[]; trouble: Trouble }>> = {
  restic: { argv: ["restic", "cat", "config", "--no-lock", "--quiet"], trouble: resticTrouble },
  borg: { argv: ["borg", "--log-json", "info", "--bypass-lock", "--json"], trouble: borgTrouble },
  kopia: { argv: ["kopia", "repository", "status"], trouble: kopiaTrouble },
};

/** rclone's own code for "directory not found": a target that the first run makes. */
const NO_FOLDER = 3;

/** Do both ends of an rclone answer? */
export async function checkRemotes(
  source: string,
  target: string,
  env: Environment,
  context: CheckContext,
): Promise<Finding[]> {
  const list = (place: string) => ["rclone", "lsf", "--max-depth", "1", "--retries", "1", "--", place];
  const from = await asked(`source ${source}`, list(source), env, rcloneTrouble, context);
  const to = await asked(`target ${target}`, list(target), env, rcloneTrouble, context, NO_FOLDER);
  return [...from, ...to];
}

async function asked(
  what: string,
  argv: readonly string[],
  env: Environment,
  trouble: Trouble,
  context: CheckContext,
  alsoWell?: number,
): Promise<Finding[]> {
  if (!env.ok) return [{ what, fault: env.failure }];
  const ended = await context.exec(argv, { env: env.value, cwd: context.folder });
  // That the program is missing is told of every job that needs it.
  if (ended.startError !== undefined) return [];
  if (ended.exitCode === 0 || (alsoWell !== undefined && ended.exitCode === alsoWell))
    return [{ what: `${what} answers` }];
  return [{ what, fault: whyOf(ended, trouble) }];
}

function whyOf(ended: Ended, trouble: Trouble): string {
  if (ended.timedOut) return "gave no answer in time; is it reachable from here?";
  return trouble(ended.exitCode ?? 1, linesOf(ended.stderr));
}

/** borg tells in JSON, a line each; the others in plain text. */
function linesOf(stderr: string): string {
  return stderr
    .split("\n")
    .map((line) => {
      const [, id = ""] = /"msgid": ?"([^"]*)"/.exec(line) ?? [];
      const [, message = ""] = /"message": ?"((?:[^"\\]|\\.)*)"/.exec(line) ?? [];
      return line.startsWith("{") ? `${id}: ${message}` : line;
    })
    .join("\n");
}
