/** The forms of `/owner/quiet`: a silence, one that recurs, a pause; each now, or planned for later. */
import { Choice, Form, type FormState, formState, type OptionGroup, Text } from "./form.tsx";
import type { Told } from "./frame.tsx";

interface BeginProps {
  readonly groups: readonly OptionGroup[];
  readonly zone: string;
  readonly told: Told;
}

/** What can be asked for. What is asked for seldom is shut, unless it was tried. */
export function Begin({ groups, zone, told: { tried } }: BeginProps) {
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
