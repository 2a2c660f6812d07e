/** What an owner can do about an incident, on /owner and on the incident's own page. */
import type { listIncidents } from "../../../protocol/owner/acts.ts";
import type { AnswerOf } from "../../../protocol/owner/operation.ts";
import { Moment, When } from "../time.tsx";
import { Area, Form, formState } from "./form.tsx";
import { Outcome, type Told } from "./frame.tsx";

export type ListedIncident = AnswerOf<typeof listIncidents>["incidents"][number];

interface Props {
  readonly incident: ListedIncident;
  readonly told: Told;
  /** The page that it stands on, and that is led back to. */
  readonly from?: "owner" | "incident";
}

/** The part of an incident's own page that only owners see. */
export function OwnersPart({ incident, told }: Omit<Props, "from">) {
  return (
    <section class="owner">
      <h2>What you can do</h2>
      <Outcome done={told.done} />
      <IncidentActs incident={incident} told={told} from="incident" />
    </section>
  );
}

/** What was done about an incident, and what can be. */
export function IncidentActs({ incident, told, from = "owner" }: Props) {
  const { id, title, closedAt, acknowledged, snoozedUntil, note } = incident;
  const { now, tried } = told;
  const snoozedAt = snoozedUntil === null ? 0 : Date.parse(snoozedUntil);
  const isSnoozed = closedAt === null && snoozedAt > now;
  const state = (act: string) => formState(tried, `/owner/incidents/${act}`, { id, from });
  return (
    <>
      {acknowledged === null ? null : (
        <p>
          Acknowledged by {acknowledged.by}, <When at={Date.parse(acknowledged.at)} now={now} />
          {isSnoozed ? "." : ": no reminders until it changes."}
        </p>
      )}
      {isSnoozed ? (
        <p>
          Snoozed until <Moment at={snoozedAt} />: then it reminds you.
        </p>
      ) : null}
      {closedAt !== null ? null : (
        <div class="acts">
          {acknowledged === null ? <Form state={state("acknowledge")} submit="Acknowledge" /> : null}
          {acknowledged !== null && isSnoozed ? <Form state={state("acknowledge")} submit="End the snooze" /> : null}
          <Form state={state("snooze")} submit="Snooze for a day" quiet />
        </div>
      )}
      <details open={note !== "" || state("note").faults.length > 0}>
        <summary>
          Note<span class="hidden"> on “{title}”</span>
        </summary>
        <Form state={state("note")} submit="Keep the note" quiet>
          <Area state={state("note")} name="note" label="What was learnt" value={note} hint="Only owners see it." />
        </Form>
      </details>
    </>
  );
}
