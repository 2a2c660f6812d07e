/**
 * The chain of a site at one look: its tiers as vessels, in the order in which data passes through them, and before each the
 * jobs that fill it as arrows. What is broken is broken in the drawing, too; a word says the same.
 */
import type { JobSummary, SiteSummary, TierSummary } from "../judge/summary.ts";
import { jobKey } from "../judge/watch.ts";
import { ArrowHead, Icon, type Mark, StatusWord } from "./icons.tsx";
import { jobPath } from "./paths.ts";
import { briefly } from "./time.tsx";
import { Vessel } from "./vessel.tsx";

/** Jobs into one tier that are drawn; the table has all of them. */
const HOPS_MAX = 3;

interface Props {
  readonly site: SiteSummary;
  readonly now: number;
}

export function Chain({ site, now }: Props) {
  const { tiers } = site;
  if (tiers.length === 0) return null;
  return (
    <section class="chain">
      <h3>The way of the data</h3>
      <ol class={`tiers n${tiers.length}`}>
        {tiers.map((tier, i) => (
          <li>
            <Hops site={site} tier={tier.name} before={tiers[i - 1]?.name ?? null} now={now} />
            <Tier site={site} tier={tier} now={now} />
          </li>
        ))}
      </ol>
    </section>
  );
}

function Tier({ site, tier: { name, status }, now }: Props & { tier: TierSummary }) {
  const copies = site.copies.filter(({ tier }) => tier === name);
  const born = site.chains.filter((chain) => chain.born === name).map(({ dataset }) => dataset);
  const looking = site.jobs.filter(({ tier }) => tier === name);
  const troubles = looking.flatMap(({ readings }) => readings.filter(({ verdict }) => verdict !== "ok"));
  const mark = status === "ok" ? okMark(site, name) : status;
  return (
    <Vessel
      tier={name}
      mark={mark}
      copies={copies}
      born={born}
      troubles={troubles.map(({ verdict, text }) => `${verdict}: ${text}`)}
      now={now}
    />
  );
}

/** What kind of ok: nothing has to reach a tier that is only a source, and of some copies only their jobs say so. */
function okMark({ copies, jobs }: SiteSummary, tier: string): Mark {
  const held = copies.filter((copy) => copy.tier === tier);
  if (held.some(({ proven }) => !proven)) return "unproven";
  return held.length === 0 && !jobs.some((job) => job.tier === tier) ? "live" : "ok";
}

const GRAVEST: readonly Mark[] = ["failed", "missed", "blocked", "degraded", "late", "pending", "paused", "ok"];

/** The gravest first, so that none of those is left out. */
function Hops({ site, tier, before, now }: Props & { tier: string; before: string | null }) {
  const into = site.jobs
    .filter(({ to }) => to === tier)
    .map((job) => ({ job, ...standing(job, site) }))
    .sort((a, b) => GRAVEST.indexOf(a.mark) - GRAVEST.indexOf(b.mark));
  if (into.length === 0) return null;
  const more = into.length - HOPS_MAX;
  return (
    <ul class="hops" aria-label={`Jobs into ${tier}`}>
      {into.slice(0, HOPS_MAX).map(({ job, mark, word }) => (
        <Hop site={site.name} job={job} mark={mark} word={word} before={before} now={now} />
      ))}
      {more > 0 ? <li class="more">and {more} more</li> : null}
    </ul>
  );
}

/**
 * How a hop stands. A job may well say ok while its host is silent, or while the copies that it feeds say that nothing
 * moves: the hop is broken all the same.
 */
function standing({ host, job, status }: JobSummary, site: SiteSummary): { mark: Mark; word: string | null } {
  const root = jobKey(host, job);
  const isRoot = site.incidents.some((incident) => incident.closedAt === null && incident.root === root);
  if (isRoot) return { mark: status === "ok" ? "missed" : status, word: "broken here" };
  const isSilent = site.hosts.some((one) => one.host === host && one.status === "missed");
  return isSilent && status === "ok" ? { mark: "missed", word: `${host} is silent` } : { mark: status, word: null };
}

const BROKEN: readonly Mark[] = ["failed", "missed"];

interface HopProps {
  readonly site: string;
  readonly job: JobSummary;
  readonly mark: Mark;
  /** What is said instead of the mark's own word. */
  readonly word: string | null;
  readonly before: string | null;
  readonly now: number;
}

function Hop({ site, job, mark, word, before, now }: HopProps) {
  const { last, runningSince, dueAt, from } = job;
  return (
    <li class={`hop s-${mark}${BROKEN.includes(mark) ? " broken" : ""}`}>
      <span class="pipe" aria-hidden="true">
        <span class="line" />
        {mark === "ok" ? null : <Icon mark={mark} />}
        {mark === "ok" ? null : <span class="line" />}
        <ArrowHead />
      </span>
      <a class="job" href={jobPath(site, job.host, job.job)}>
        {job.job}
      </a>
      <span class="on">
        on {job.host}
        {from === null || from === before ? null : `, from ${from}`}
      </span>
      {mark === "ok" ? null : <Standing mark={mark} word={word} />}
      <span class="on">
        {runningSince !== null ? "running now" : last === null ? "never ran" : `ran ${briefly(last.finishedAt, now)}`}
      </span>
      {dueAt === null || dueAt <= now ? null : <span class="on">next {briefly(dueAt, now)}</span>}
    </li>
  );
}

function Standing({ mark, word }: { mark: Mark; word: string | null }) {
  if (word === null) return <StatusWord mark={mark} />;
  return (
    <span class={`status s-${mark}`}>
      <Icon mark={mark} />
      {word}
    </span>
  );
}
