/**
 * Forms of the owner's pages: plain HTML, posted to the address that does the act. One that was refused is shown again with
 * what was typed, and with what is wrong beside the field; the browser leads there.
 */
import type { Child } from "hono/jsx";

export type Values = Readonly<Record<string, string>>;

export interface Fault {
  /** Null: it is about the whole form. */
  readonly field: string | null;
  readonly words: string;
}

/** A form that was refused. */
export interface Tried {
  readonly action: string;
  readonly values: Values;
  readonly faults: readonly Fault[];
}

/** One form of a page: where it posts, what it says without being asked, and how it was tried. */
export interface FormState {
  readonly action: string;
  readonly hidden: Values;
  readonly values: Values;
  readonly faults: readonly Fault[];
}

/** The state of a form; it is the one that was tried when its address and all that is hidden in it are the same. */
export function formState(tried: Tried | null, action: string, hidden: Values = {}): FormState {
  const isIt =
    tried?.action === action && Object.entries(hidden).every(([name, value]) => tried.values[name] === value);
  return { action, hidden, values: isIt ? tried.values : {}, faults: isIt ? tried.faults : [] };
}

interface FormProps {
  readonly state: FormState;
  readonly submit: string;
  /** It is not the page's main act. */
  readonly quiet?: boolean;
  readonly children?: Child;
}

export function Form({ state, submit, quiet = false, children }: FormProps) {
  const { action, hidden } = state;
  const general = state.faults.filter(({ field }) => field === null || field in hidden);
  return (
    <form method="post" action={action}>
      {Object.entries(hidden).map(([name, value]) => (
        <input type="hidden" name={name} value={value} />
      ))}
      {general.map(({ words }, i) => (
        <p class="fault" role="alert" tabindex={-1} autofocus={i === 0}>
          {words}
        </p>
      ))}
      {children}
      <p>
        <button type="submit" class={quiet ? "quiet" : undefined}>
          {submit}
        </button>
      </p>
    </form>
  );
}

interface FieldProps {
  readonly state: FormState;
  readonly name: string;
  readonly label: string;
  /** What it says before anybody typed. */
  readonly value?: string;
  readonly hint?: Child;
}

interface TextProps extends FieldProps {
  readonly required?: boolean;
  readonly numeric?: boolean;
  /** Day and time of a wall clock; where the browser has no field for it, it is typed. */
  readonly wall?: boolean;
  /** What it says before anybody typed is a guess: the page's script may know better. */
  readonly guess?: boolean;
}

export function Text({ required = false, numeric = false, wall = false, guess = false, ...field }: TextProps) {
  const { state, name, value = "" } = field;
  return (
    <Labelled {...field}>
      <input
        {...marks(field)}
        type={wall ? "datetime-local" : undefined}
        data-guess={guess && state.values[name] === undefined ? name : undefined}
        name={name}
        value={state.values[name] ?? value}
        required={required}
        inputmode={numeric ? "decimal" : undefined}
        autocomplete="off"
        autocapitalize="off"
        spellcheck={false}
      />
    </Labelled>
  );
}

/** A text of several lines. */
export function Area(field: FieldProps) {
  const { state, name, value = "" } = field;
  return (
    <Labelled {...field}>
      <textarea {...marks(field)} name={name} rows={2}>
        {state.values[name] ?? value}
      </textarea>
    </Labelled>
  );
}

export interface Option {
  readonly value: string;
  readonly label: string;
}

export interface OptionGroup {
  readonly label: string;
  readonly options: readonly Option[];
}

/** One of what there is. */
export function Choice({ groups, ...field }: FieldProps & { readonly groups: readonly OptionGroup[] }) {
  const { state, name, value = "" } = field;
  const chosen = state.values[name] ?? value;
  const options = (group: OptionGroup) =>
    group.options.map((option) => (
      <option value={option.value} selected={option.value === chosen}>
        {option.label}
      </option>
    ));
  return (
    <Labelled {...field}>
      <select {...marks(field)} name={name}>
        {groups.map((group) =>
          group.label === "" ? options(group) : <optgroup label={group.label}>{options(group)}</optgroup>,
        )}
      </select>
    </Labelled>
  );
}

function Labelled({ children, ...field }: FieldProps & { readonly children?: Child }) {
  const { state, name, label, hint } = field;
  const id = idOf(state, name);
  const fault = faultOf(field);
  return (
    <div class="field">
      <label for={id}>{label}</label>
      {fault === undefined ? null : (
        <span class="fault" id={`${id}-fault`}>
          {fault}
        </span>
      )}
      {children}
      {hint === undefined ? null : (
        <span class="note" id={`${id}-hint`}>
          {hint}
        </span>
      )}
    </div>
  );
}

/** How a control is tied to its label and its fault; the first that is wrong is where the browser goes. */
function marks(field: FieldProps) {
  const { state, name, hint } = field;
  const id = idOf(state, name);
  const isWrong = faultOf(field) !== undefined;
  const described = [isWrong ? `${id}-fault` : "", hint === undefined ? "" : `${id}-hint`].filter((one) => one !== "");
  return {
    id,
    "aria-invalid": isWrong ? ("true" as const) : undefined,
    "aria-describedby": described.length === 0 ? undefined : described.join(" "),
    autofocus: state.faults[0]?.field === name,
  };
}

function faultOf({ state, name }: FieldProps): string | undefined {
  return state.faults.find(({ field }) => field === name)?.words;
}

/** Of one control among all of a page: what is no letter or digit is written by its code. */
function idOf({ action, hidden }: FormState, name: string): string {
  return [action, ...Object.values(hidden), name].map(plain).join("-");
}

function plain(text: string): string {
  return text.replaceAll(/[^a-zA-Z0-9]/g, (char) => `_${char.charCodeAt(0).toString(16)}_`);
}
