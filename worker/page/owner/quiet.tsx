/** `/owner/quiet`: what is held back now, and forms that hold back more: a silence, one that recurs, a pause. */
import type { listActs } from "../../../protocol/owner/acts.ts";
import type { AnswerOf } from "../../../protocol/owner/operation.ts";
import { nameOf, span } from "../../judge/words.ts";
import { Moment, When } from "../time.tsx";
import { Choice, Form, type FormState, formState, type OptionGroup, Text } from "./form.tsx";
import { ownerPage, type Told } from "./frame.tsx";

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
    options: scopes.map((scope) => ({ value: `${site} ${scope}`, label: label(site, scope) })),
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

function label(site: string, scope: string): string {
  if (scope === "site") return `the whole site ${site}`;
  return `${scope.slice(0, scope.indexOf(":"))} ${nameOf(scope)}`;
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
  const what = label(site, act.scope === `site:${site}` ? "site" : act.scope);
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

interface BeginProps {
  readonly groups: readonly OptionGroup[];
  readonly zone: string;
  readonly told: Told;
}

function Begin({ groups, zone, told: { tried } }: BeginProps) {
  const once = formState(tried, "/owner/quiet/silence");
  const again = formState(tried, "/owner/quiet/recurring");
  const pause = formState(tried, "/owner/quiet/pause");
  return (
    <>
      <details class="ask" open>
        <summary>
          <h2>Silence once</h2>
        </summary>
        <Form state={once} submit="Silence">
          <What state={once} groups={groups} />
          <Lasting state={once} label="For how long" value="2" required />
          <Later state={once} zone={zone} />
          <Why state={once} />
        </Form>
      </details>
      <details class="ask" open={again.faults.length > 0}>
        <summary>
          <h2>Silence again and again</h2>
        </summary>
        <Form state={again} submit="Silence each time">
          <What state={again} groups={groups} />
          <Text
            state={again}
            name="cron"
            label="When, as cron writes it"
            value="0 2 * * 0"
            required
            hint="Minute, hour, day of month, month, day of week: 0 2 * * 0 is Sundays at 02:00."
          />
          <Zone state={again} zone={zone} required />
          <Lasting state={again} label="For how long" value="2" required />
          <Why state={again} />
        </Form>
      </details>
      <details class="ask" open={pause.faults.length > 0}>
        <summary>
          <h2>Pause</h2>
        </summary>
        <Form state={pause} submit="Pause">
          <What state={pause} groups={groups} />
          <Lasting state={pause} label="For how long" value="" hint="Empty: until you end it." />
          <Later state={pause} zone={zone} />
          <Why state={pause} />
        </Form>
      </details>
    </>
  );
}

function What({ state, groups }: { state: FormState; groups: readonly OptionGroup[] }) {
  return <Choice state={state} name="what" label="What" groups={groups} />;
}

const UNITS = [
  {
    label: "",
    options: [
      { value: "60", label: "minutes" },
      { value: "3600", label: "hours" },
      { value: "86400", label: "days" },
    ],
  },
];

interface LastingProps {
  readonly state: FormState;
  readonly label: string;
  readonly value: string;
  readonly required?: boolean;
  readonly hint?: string;
}

function Lasting(field: LastingProps) {
  return (
    <div class="pair">
      <Text {...field} name="amount" numeric />
      <Choice state={field.state} name="unit" label="Counted in" value="3600" groups={UNITS} />
    </div>
  );
}

interface LaterProps {
  readonly state: FormState;
  readonly zone: string;
}

/** When it begins, if not now. Shut, it says what is usual. */
function Later({ state, zone }: LaterProps) {
  const isTyped = (state.values.from ?? "") !== "";
  return (
    <details open={isTyped}>
      <summary>It begins now. Plan it for later</summary>
      <Text state={state} name="from" label="It begins" wall hint="Empty: now." />
      <Zone state={state} zone={zone} />
    </details>
  );
}

/** The page's script puts the reader's own zone there, where nothing was typed. */
function Zone({ state, zone, required = false }: LaterProps & { readonly required?: boolean }) {
  return (
    <Text
      {...{ state, required }}
      guess
      name="zone"
      label="By the clock of"
      value={zone}
      hint="The name of a place: Europe/Berlin."
    />
  );
}

function Why({ state }: { state: FormState }) {
  return <Text state={state} name="note" label="Why" hint="If you like. The page shows it." />;
}
