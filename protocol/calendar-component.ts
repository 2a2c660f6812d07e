/** One component of a calendar event ("*", "1,15", "2..10/2"), with the bounds that systemd 252 keeps. */

/** Values `from`, `from + step`, … up to `to`; without `to` as far as the component reaches, without `step` just one. */
interface Span {
  readonly from: number;
  readonly to: number | null;
  readonly step: number | null;
}

/** Null for "*". */
export type Component = readonly Span[] | null;

export interface Bounds {
  readonly low: number;
  readonly high: number;
  /** Counted from the end of the month: a step then leads towards the end, to smaller counts. */
  readonly fromEnd?: boolean;
  /** What a number stands for, as "26" for the year 2026. */
  readonly meaning?: (value: number) => number;
}

/** Reads a component; undefined when it cannot be read or leaves its bounds. */
export function readComponent(text: string, bounds: Bounds): Component | undefined {
  if (text === "*") return null;
  const spans = text.split(",").map((part) => readSpan(part, bounds));
  return spans.every((span) => span !== undefined) ? spans : undefined;
}

function readSpan(text: string, { low, high, fromEnd = false, meaning = same }: Bounds): Span | undefined {
  const found = /^(\d{1,4})(?:\.\.(\d{1,4}))?(?:\/(\d{1,4}))?$/.exec(text);
  if (found === null) return undefined;
  const from = meaning(Number(found[1]));
  const to = found[2] === undefined ? null : meaning(Number(found[2]));
  const step = found[3] === undefined ? null : Number(found[3]);
  const inside = from >= low && from <= high && (to === null || (to >= from && to <= high));
  if (!inside || step === 0) return undefined;
  if (step === null || to !== null) return { from, to, step };
  // systemd asks that a step can be taken at least once, but not of a range.
  const reached = fromEnd ? from - step >= low : from + step <= high;
  return reached ? { from, to, step } : undefined;
}

const same = (value: number) => value;

/** Every value of a component, ascending, each once. */
export function valuesOf(component: Component, low: number, high: number): readonly number[] {
  if (component === null) return range(low, high, 1);
  return ascending(component.flatMap((span) => spanValues(span, high)));
}

function spanValues({ from, to, step }: Span, high: number): number[] {
  if (to === null) return step === null ? [from] : range(from, high, step);
  return range(from, to, step ?? 1);
}

/** The days of a month that a component names, counted from its end: 1 is the last. */
export function valuesFromEnd(component: Component, daysInMonth: number): readonly number[] {
  if (component === null) return range(1, daysInMonth, 1);
  const days = component.flatMap((span) => {
    const first = daysInMonth + 1 - span.from;
    if (span.to === null && span.step !== null) return range(first, daysInMonth, span.step);
    return spanValues(span, daysInMonth).map((count) => daysInMonth + 1 - count);
  });
  return ascending(days.filter((day) => day >= 1));
}

function range(from: number, to: number, step: number): number[] {
  return Array.from({ length: Math.max(0, Math.floor((to - from) / step) + 1) }, (_, index) => from + index * step);
}

function ascending(values: readonly number[]): number[] {
  return [...new Set(values)].sort((a, b) => a - b);
}
