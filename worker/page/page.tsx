/** The status page: a summary in, HTML out. Pure: `now`, in milliseconds, is what ages are told against. */
import { type Headline, lastIncident, openIncidents, pageHeadline, pageLoss, siteHeadline } from "../judge/headline.ts";
import { type SiteSummary, type Summary, sweepIsStale } from "../judge/summary.ts";
import { Chain } from "./chain.tsx";
import { Confirmations } from "./confirmations.tsx";
import { Datasets } from "./datasets.tsx";
import { DeadLetters } from "./dead-letters.tsx";
import { HeldBack } from "./held.tsx";
import { Hosts } from "./hosts.tsx";
import { Icon } from "./icons.tsx";
import { ClosedIncidents, Coded, OpenIncidents } from "./incidents.tsx";
import { Jobs } from "./jobs.tsx";
import { documentOf, Layout } from "./layout.tsx";
import { WELL_MAX } from "./many.tsx";
import { Private } from "./private.tsx";
import { Verdict } from "./verdict.tsx";
import { BlindIntervals, Checked, Warnings } from "./warnings.tsx";

/** How the page is asked for. */
export interface View {
  /** It fetches itself again. */
  readonly renews: boolean;
  /** Long lists are shown to their end. */
  readonly all?: boolean;
  /** Who is signed in; null when nobody is. */
  readonly by?: string | null;
  /** The reader came by a link that shows nothing. */
  readonly badKey?: boolean;
}

/** The page of a summary. */
export function page(summary: Summary, now: number, { renews, all = false, badKey = false, by = null }: View): string {
  const wellMax = all ? Number.POSITIVE_INFINITY : WELL_MAX;
  const headline = pageHeadline(summary);
  const [only, ...others] = summary.sites;
  const stale = sweepIsStale(summary.lastSweepAt, now);
  const aside = <Checked at={summary.lastSweepAt} now={now} />;
  const body = (
    <Layout
      title={titleOf(summary, headline)}
      renews={renews}
      stale={stale}
      aside={aside}
      account={by}
      head={<Installable />}
    >
      <Verdict
        headline={headline}
        loss={pageLoss(summary)}
        detail={others.length === 0 ? only : undefined}
        before={lastIncident(summary)}
      />
      <Warnings summary={summary} now={now} />
      <HeldBack sites={summary.sites} />
      {only === undefined ? <Nothing summary={summary} badKey={badKey} /> : null}
      {others.length === 0 ? null : <SiteList summary={summary} now={now} />}
      <OpenIncidents sites={summary.sites} now={now} />
      {summary.sites.map((site, i) => (
        <Site site={site} now={now} alone={others.length === 0} id={siteId(i)} wellMax={wellMax} />
      ))}
      <Confirmations confirmations={summary.confirmations} />
      <DeadLetters letters={summary.deadLetters} />
      <BlindIntervals blinds={summary.blinds} />
    </Layout>
  );
  return documentOf(body);
}

/** What lets a phone take it for an app, and a browser keep its last state for when it is offline. */
function Installable() {
  return (
    <>
      <link rel="manifest" href="/manifest.webmanifest" crossorigin="use-credentials" />
      <link rel="apple-touch-icon" href="/icon-192.png" />
    </>
  );
}

function titleOf({ sites, view }: Summary, { status }: Headline): string {
  if (view === "hiding") return "Tierwatch: private";
  const open = sites.flatMap(openIncidents).length;
  if (open > 0) return `(${open}) Tierwatch: ${open === 1 ? "incident" : "incidents"} open`;
  return status === "ok" ? "Tierwatch: all fresh" : `Tierwatch: ${status}`;
}

/** Nothing is watched yet, or nothing that this reader may see. */
function Nothing({ summary, badKey }: { summary: Summary; badKey: boolean }) {
  return summary.view === "hiding" ? <Private badKey={badKey} /> : <FirstSteps />;
}

function FirstSteps() {
  const steps = [
    "`npm run enroll-code -- --site home --host nas --remote` prints a code that is good for 15 minutes.",
    "On that host, with a `pusher.toml` beside it: `node pusher.mjs enroll CODE`.",
    "Put `node pusher.mjs beat` and `node pusher.mjs run JOB` into its scheduler. The first chain appears here.",
  ];
  return (
    <section class="steps">
      <h2>What to do next</h2>
      <ol>
        {steps.map((step) => (
          <li>
            <Coded text={step} />
          </li>
        ))}
      </ol>
    </section>
  );
}

function SiteList({ summary, now }: { summary: Summary; now: number }) {
  return (
    <nav aria-label="Sites">
      <ul class="sites">
        {summary.sites.map((site, i) => {
          const { status, text } = siteHeadline(site, now);
          return (
            <li>
              <Icon mark={status} />
              <span>
                <a href={`#${siteId(i)}`}>{site.name}</a>: {text}
              </span>
            </li>
          );
        })}
      </ul>
    </nav>
  );
}

function siteId(index: number): string {
  return `site-${index + 1}`;
}

interface SiteProps {
  readonly site: SiteSummary;
  readonly now: number;
  readonly alone: boolean;
  readonly id: string;
  readonly wellMax: number;
}

/** One site. Alone on the page, its sentence already stands at the top. */
function Site({ site, now, alone, id, wellMax }: SiteProps) {
  return (
    <article id={id}>
      <h2>{site.name}</h2>
      {alone ? null : <p class="loss">{site.loss}</p>}
      <Chain site={site} now={now} />
      <Datasets site={site} wellMax={wellMax} now={now} />
      <Jobs site={site.name} jobs={site.jobs} wellMax={wellMax} now={now} />
      <Hosts hosts={site.hosts} now={now} />
      <ClosedIncidents site={site} />
    </article>
  );
}
