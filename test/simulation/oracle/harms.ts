/** Everything that truly went wrong for long enough that its owner has to be told. */
import { missSpells } from "./answers.ts";
import { slotAfter } from "./slots.ts";
import { type Spell, staleSpells } from "./steps.ts";
import { EARLY_START_MS, SECOND } from "./tolerances.ts";
import type { HostTruth } from "./truth.ts";
import type { JobView, SiteView } from "./view.ts";
import type { Harm } from "./waits.ts";

export interface NamedHarm extends Harm {
  /** What is wrong, for the sentence of a problem. */
  readonly what: string;
}

export function harmsOf(view: SiteView): NamedHarm[] {
  return [
    ...view.hosts.flatMap((host) => named(host.key, "was not heard of", silences(view, host))),
    ...[...view.jobs.values()].flatMap((job) => jobHarms(view, job)),
    ...[...view.copies.values()].flatMap((copy) => [
      ...named(copy.key, "was older than its window, as told", staleAs(view, copy.sighted, copy.windowMs)),
      ...(copy.proven
        ? named(copy.key, "truly was older than its window", staleAs(view, copy.held, copy.windowMs))
        : []),
    ]),
  ];
}

function named(key: string, what: string, spells: readonly Spell[], told = false): NamedHarm[] {
  return spells.map((spell) => ({ key, what, told, ...spell }));
}

function staleAs(view: SiteView, steps: Parameters<typeof staleSpells>[0], windowMs: number): Spell[] {
  return staleSpells(steps, windowMs, view.startAt, view.endAt);
}

function silences(view: SiteView, host: HostTruth): Spell[] {
  return staleSpells(host.life, host.everyMs + host.graceMs, view.startAt, view.endAt);
}

function jobHarms(view: SiteView, job: JobView): NamedHarm[] {
  return [
    ...named(
      job.key,
      "had no good run in time",
      missSpells(job, ({ finishedAt }) => finishedAt, view),
    ),
    ...named(job.key, "did not begin in time", unbegun(view, job)),
    ...named(job.key, "said that something is wrong", failing(view, job), true),
  ];
}

/** A job with `startWithinSeconds`: no run of any kind had begun this long after the slot. */
function unbegun(view: SiteView, job: JobView): Spell[] {
  const withinMs = (job.job.startWithinSeconds ?? Number.POSITIVE_INFINITY) * SECOND;
  if (!Number.isFinite(withinMs)) return [];
  const starts = job.runs.map(({ startedAt }) => startedAt);
  return (job.slots ?? []).flatMap((slot) => {
    const until = Math.min(slotAfter(starts, slot - EARLY_START_MS - 1), view.endAt);
    return until > slot + withinMs ? [{ from: slot + withinMs, until }] : [];
  });
}

function failing(view: SiteView, job: JobView): Spell[] {
  const spells: Spell[] = [];
  let from: number | null = null;
  for (const { at, value } of [...job.said, { at: view.endAt, value: { weight: "no" } }]) {
    if (value.weight === "must") from ??= at;
    else if (from !== null) {
      if (at > from) spells.push({ from, until: at });
      from = null;
    }
  }
  return spells;
}
