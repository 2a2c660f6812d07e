/**
 * The chains of a site: one row a dataset, one column a tier, so that tiers stand under each other. Into each vessel leads
 * the job that fills it.
 */
import { explain } from "../judge/explain.ts";
import type { ChainSummary, CopySummary, JobSummary, SiteSummary } from "../judge/summary.ts";
import { copyKey, jobKey } from "../judge/watch.ts";
import { span } from "../judge/words.ts";
import { Gauge } from "./gauge.tsx";
import { ArrowHead, type Mark, StatusWord } from "./icons.tsx";
import { Moment, Told } from "./time.tsx";

interface Props {
  readonly site: SiteSummary;
  readonly now: number;
}

export function Chains({ site, now }: Props) {
  return (
    <section class="chains">
      <h3>Chains</h3>
      <TierHeads site={site} />
      {site.chains.map((chain) => (
        <Chain site={site} chain={chain} now={now} />
      ))}
    </section>
  );
}

/** Tiers with their statuses: the heads of the columns where there is room for columns. */
function TierHeads({ site }: { site: SiteSummary }) {
  return (
    <ul class={`tiers n${site.tiers.length}`} aria-label="Tiers">
      {site.tiers.map(({ name, status }) => (
        <li>
          <span class="name">{name}</span>
          <StatusWord mark={status === "ok" ? okMark(site, name) : status} />
        </li>
      ))}
    </ul>
  );
}

/** What kind of ok: nothing has to reach a tier that is only a source, and of some copies only their jobs say so. */
function okMark({ copies, jobs }: SiteSummary, tier: string): Mark {
  const held = copies.filter((copy) => copy.tier === tier);
  if (held.some(({ proven }) => !proven)) return "unproven";
  return held.length === 0 && !jobs.some((job) => job.tier === tier) ? "live" : "ok";
}

function Chain({ site, chain, now }: Props & { chain: ChainSummary }) {
  const columns = site.tiers.map(({ name }) => name);
  return (
    <section class="chain">
      <h4>{chain.dataset}</h4>
      <ol class={`n${columns.length}`}>
        {chain.tiers.map((tier) => {
          const copy = site.copies.find((candidate) => candidate.dataset === chain.dataset && candidate.tier === tier);
          const column = `c${columns.indexOf(tier) + 1}`;
          return copy === undefined ? (
            <Birth tier={tier} column={column} />
          ) : (
            <Copy copy={copy} jobs={site.jobs} column={column} now={now} />
          );
        })}
      </ol>
    </section>
  );
}

function Birth({ tier, column }: { tier: string; column: string }) {
  return (
    <li class={`birth ${column}`}>
      <div class="vessel">
        <p class="top">
          <span class="name">{tier}</span>
          <StatusWord mark="live" />
        </p>
        <p class="fact">Born here.</p>
      </div>
    </li>
  );
}

interface CopyProps {
  readonly copy: CopySummary;
  readonly jobs: readonly JobSummary[];
  readonly column: string;
  readonly now: number;
}

function Copy({ copy, jobs, column, now }: CopyProps) {
  const { dataset, tier, status, reason, recoveryAt, windowSeconds } = copy;
  const mark = status === "ok" && !copy.proven ? "unproven" : status;
  const feeds = jobs.filter(({ host, job }) => copy.feeds.includes(jobKey(host, job)));
  return (
    <li class={column}>
      <ul class="hops" aria-label={`Jobs into ${tier}`}>
        {feeds.map((job) => (
          <Hop job={job} />
        ))}
      </ul>
      <div class={`vessel s-${mark}`}>
        <p class="top">
          <span class="name">{tier}</span>
          <StatusWord mark={mark} />
        </p>
        {recoveryAt === null ? (
          <p class="age">no data proven</p>
        ) : (
          <>
            <p class="age">
              <strong>{span(now - recoveryAt)}</strong> old
            </p>
            <p class="at">
              <Moment at={recoveryAt} />
            </p>
          </>
        )}
        <Gauge ageMs={recoveryAt === null ? null : now - recoveryAt} windowMs={windowSeconds * 1000} />
        <p class="fact">window {span(windowSeconds * 1000)}</p>
        <Proof copy={copy} />
        {status === "ok" ? null : (
          <p class="why">
            <Told text={explain(copyKey(dataset, tier), reason, now)} />
          </p>
        )}
      </div>
    </li>
  );
}

function Hop({ job }: { job: JobSummary }) {
  return (
    <li class={`hop s-${job.status}`}>
      <span class="job">{job.job}</span>
      <span class="pipe" aria-hidden="true">
        <ArrowHead />
      </span>
      <span class="on">
        {job.host} <StatusWord mark={job.status} />
      </span>
    </li>
  );
}

function Proof({ copy }: { copy: CopySummary }) {
  if (copy.recoveryAt === null) return null;
  return <p class="fact">{proofText(copy)}</p>;
}

/** A good proof has no missing or differing file: what did not match was written again meanwhile. */
function proofText({ proven, sampled, matched }: CopySummary): string {
  if (!proven) return "unproven: only the job says so";
  if (sampled === 0) return "marker seen, no file sampled";
  const changed = sampled - matched;
  const rest = changed === 0 ? "" : `, ${changed} written again since`;
  return `${matched} of ${sampled} sampled files verified${rest}`;
}
