/**
 * `restic check`, when it is due: nothing in a repository tells when it was last checked, so the job remembers it. The reading
 * is the age of the last check that found nothing wrong; it is overdue when it is older than asked for after the run that
 * should have made it younger.
 */
import * as z from "zod/mini";
import type { Reading } from "../../protocol/heartbeat.ts";
import { hasExited, unfinished } from "./ending.ts";
import type { KindContext } from "./kind.ts";
import { isDamage, resticTrouble } from "./restic-trouble.ts";

const memory = z.object({ checkedAt: z.number() });
const DAY_MS = 86_400_000;

export interface CheckPolicy {
  /** Seconds. */
  readonly every: number;
  readonly options?: readonly string[] | undefined;
}

export interface Checked {
  readonly reading: Reading;
  /** Why a check that was due found no good repository, or could not look. */
  readonly trouble?: string;
  /** It looked, and what it saw cannot all be restored. */
  readonly damaged: boolean;
}

/** Checks the repository if it is time, and tells how long ago it was last found good. */
export async function checkIfDue(
  policy: CheckPolicy,
  env: Readonly<Record<string, string>>,
  context: KindContext,
): Promise<Checked> {
  const last = context.recall(memory)?.checkedAt;
  // A clock that was set back makes a check of the future: it counts as none.
  const age = last === undefined || last > context.now() ? undefined : context.now() - last;
  if (age !== undefined && age < policy.every * 1000) return fine(readingOf(policy, age, context.job));
  const ended = await context.exec(["restic", "check", ...(policy.options ?? [])], { env, cwd: context.folder });
  if (hasExited(ended) && ended.exitCode === 0) {
    context.remember({ checkedAt: context.now() });
    return fine(readingOf(policy, 0, context.job));
  }
  const reading = readingOf(policy, age, context.job);
  if (!hasExited(ended)) return { reading, trouble: `\`restic check\`: ${unfinished(ended).reason}`, damaged: false };
  const trouble = `\`restic check\`: ${resticTrouble(ended.exitCode, ended.stderr)}`;
  if (!isDamage(ended.stderr)) return { reading, trouble, damaged: false };
  const text = "`restic check` found the repository damaged";
  return { reading: { name: reading.name, value: "damaged", verdict: "critical", text }, trouble, damaged: true };
}

function fine(reading: Reading): Checked {
  return { reading, damaged: false };
}

function readingOf({ every }: CheckPolicy, ageMs: number | undefined, job: string): Reading {
  const name = `restic.${job}.check_age`;
  const allowed = Math.round(every / 86_400);
  if (ageMs === undefined) {
    return { name, value: "never", verdict: "warning", text: "the repository was never checked and found good" };
  }
  const days = Math.floor(ageMs / DAY_MS);
  const late = ageMs > every * 1000;
  const overdue = late ? `: it is overdue, ${allowed} days are allowed` : "";
  const text = `the repository was last checked and found good ${days} days ago${overdue}`;
  return { name, value: days, unit: "days", verdict: late ? "warning" : "ok", text };
}
