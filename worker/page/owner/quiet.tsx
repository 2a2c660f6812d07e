/** `/owner/quiet`: what is held back now, and what is planned to be. */
import type { listActs } from "../../../protocol/owner/acts.ts";
import type { AnswerOf } from "../../../protocol/owner/operation.ts";
import { span } from "../../judge/words.ts";
import { scopeText } from "../scope.ts";
import { Moment, When } from "../time.tsx";
import { Form, formState } from "./form.tsx";
import { ownerPage, type Told } from "./frame.tsx";
import { Begin } from "./quiet-forms.tsx";

type ListedAct = AnswerOf<typeof listActs>["acts"][number];

export interface QuietSite {
  readonly site: string;
  /** `site`, and all else that an act of the site may be on. */
  readonly scopes: readonly string[];
  readonly acts: readonly ListedAct[];
}

/** `zone` is where the reader is, as far as anything tells. */
export function quietPage(sites: readonly QuietSite[], zone: string, told: Told): string {
  const groups = sites.map(({ site, scopes }) => ({
    label: `Site ${site}`,
    options: scopes.map((scope) => ({ value: `${site} ${scope}`, label: scopeText(site, scope) })),
  }));
  return ownerPage(
    "/owner/quiet",
    "Silence and pause",
    told,
    <>
      <p class="loss">A silence holds alerts back while recording goes on. A pause stops the judging itself.</p>
      <Held sites={sites} told={told} />
      {groups.length === 0 ? (
        <p>Nothing is watched yet, so there is nothing to silence. Add a host first.</p>
      ) : (
        <Begin groups={groups} zone={zone} told={told} />
      )}
    </>,
  );
}

function Held({ sites, told }: { sites: readonly QuietSite[]; told: Told }) {
  const all = sites.flatMap(({ site, acts }) => acts.map((act) => ({ site, act })));
  const [planned = [], held = []] = [true, false].map((isToCome) =>
    all.filter(({ act }) => isPlanned(act, told.now) === isToCome),
  );
  return (
    <>
      <section>
        <h2>Held now</h2>
        {held.length === 0 ? <p>Nothing: every watch is judged, and every alert is told.</p> : null}
        <Acts acts={held} told={told} />
      </section>
      {planned.length === 0 ? null : (
        <section>
          <h2>Planned</h2>
          <Acts acts={planned} told={told} />
        </section>
      )}
    </>
  );
}

interface ActsProps {
  readonly acts: readonly { readonly site: string; readonly act: ListedAct }[];
  readonly told: Told;
}

function Acts({ acts, told }: ActsProps) {
  return (
    <ul>
      {acts.map(({ site, act }) => (
        <HeldAct site={site} act={act} told={told} />
      ))}
    </ul>
  );
}

function isPlanned({ fromAt }: ListedAct, now: number): boolean {
  return Date.parse(fromAt) > now;
}

/** What is done to it, now and later. */
const VERBS = { pause: ["Paused", "Planned pause"], silence: ["Silenced", "Planned silence"] } as const;

function HeldAct({ site, act, told }: { site: string; act: ListedAct; told: Told }) {
  const { id, kind, recurs, note, by, madeAt } = act;
  const what = scopeText(site, act.scope);
  const verb = VERBS[kind][isPlanned(act, told.now) ? 1 : 0];
  return (
    <li class="notice">
      <h3>
        {verb}: {what}
      </h3>
      <p>
        {recurs === null ? (
          <Until act={act} now={told.now} />
        ) : (
          <>
            For {span(recurs.seconds * 1000)} at each <code>{recurs.cron}</code> in {recurs.zone}.
          </>
        )}{" "}
        {note === "" ? null : `“${note}”`}
      </p>
      <p class="note">
        By {by}, <When at={Date.parse(madeAt)} now={told.now} />
      </p>
      <Form
        state={formState(told.tried, "/owner/quiet/end", { site, id })}
        submit={`${isPlanned(act, told.now) ? "Call it off" : "End it"} for ${what}`}
        quiet
      />
    </li>
  );
}

function Until({ act, now }: { act: ListedAct; now: number }) {
  const { fromAt, untilAt } = act;
  return (
    <>
      {isPlanned(act, now) ? (
        <>
          From <Moment at={Date.parse(fromAt)} /> until{" "}
        </>
      ) : (
        "Until "
      )}
      {untilAt === null ? "you end it" : <Moment at={Date.parse(untilAt)} />}.
    </>
  );
}
