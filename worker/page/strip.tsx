/**
 * Ninety days as a strip of marks, thirty to a row where the screen is small. Each outcome has a shape of its own; under a
 * day stands what makes it tell less: a silence, a pause, a time in which nobody looked. A list beside it says it in words.
 */
import { raw } from "hono/html";
import type { Day, DayMark } from "../judge/days.ts";
import { list } from "../judge/words.ts";

const ROW = 30;
const STEP = 10;

interface Shape {
  readonly word: string;
  readonly state: string;
  /** Drawn on 8 by 24, from `x` on. */
  readonly path: (x: number) => string;
}

const MARKS: Record<DayMark, Shape> = {
  succeeded: { word: "succeeded", state: "ok", path: (x) => `M${x} 2h8v24h-8z` },
  warned: { word: "warned", state: "late", path: (x) => `M${x} 2h8v24h-8zm4 7-3 5 3 5 3-5z` },
  failed: { word: "failed", state: "failed", path: (x) => `M${x} 2h8v9h-8zM${x} 17h8v9h-8z` },
  missed: { word: "missed", state: "missed", path: (x) => `M${x} 2h8v24h-8zm1.6 1.6v20.8h4.8V3.6z` },
  skipped: { word: "skipped", state: "paused", path: (x) => `M${x} 18h8v8h-8z` },
  none: { word: "nothing ran", state: "paused", path: (x) => `M${x + 2.5} 23h3v3h-3z` },
  before: { word: "not known", state: "paused", path: () => "" },
};

const UNDER = {
  silenced: { word: "silenced", path: (x: number) => `M${x} 29h8v1.5h-8zM${x} 29h1.5v4h-1.5z` },
  paused: { word: "paused", path: (x: number) => `M${x + 1} 29h2v4h-2zM${x + 5} 29h2v4h-2z` },
  blind: { word: "nobody looked", path: (x: number) => `M${x} 33l2-4 2 4 2-4 2 4-1 0-1-2-2 2-2-2-1 2z` },
} as const;

type UnderName = keyof typeof UNDER;
const UNDERS: readonly UnderName[] = ["silenced", "paused", "blind"];

export function Strip({ days }: { days: readonly Day[] }) {
  const rows = Array.from({ length: Math.ceil(days.length / ROW) }, (_, i) => days.slice(i * ROW, (i + 1) * ROW));
  return (
    <div class="strip">
      <div class="rows">{rows.map((row) => raw(drawn(row)))}</div>
      <Legend days={days} />
    </div>
  );
}

function drawn(days: readonly Day[]): string {
  const cells = days.map((day, i) => {
    const { path, state } = MARKS[day.mark];
    const under = UNDERS.filter((name) => day[name]).map((name) => UNDER[name].path(i * STEP));
    const below = under.length === 0 ? "" : `<path class="under" d="${under.join("")}"></path>`;
    const mark = `<path class="s-${state}" fill-rule="evenodd" d="${path(i * STEP)}"></path>`;
    return `<g><title>${day.date}: ${dayWords(day)}</title>${mark}${below}</g>`;
  });
  const label = `${days[0]?.date} to ${days.at(-1)?.date}: ${list(
    countsOf(days).map(({ words }) => words),
    9,
  )}`;
  return `<svg viewBox="0 0 ${ROW * STEP - 2} 34" role="img" aria-label="${label}">${cells.join("")}</svg>`;
}

/** `2 succeeded, 1 missed; silenced`. */
function dayWords(day: Day): string {
  const counts = (["succeeded", "warned", "failed", "skipped", "missed"] as const)
    .filter((name) => day.counts[name] > 0)
    .map((name) => `${day.counts[name]} ${name}`);
  const ran = counts.length > 0 ? counts.join(", ") : MARKS[day.mark].word;
  return [ran, ...UNDERS.filter((name) => day[name]).map((name) => UNDER[name].word)].join("; ");
}

function countsOf(days: readonly Day[]) {
  const marks = Object.keys(MARKS) as DayMark[];
  return marks.flatMap((mark) => {
    const count = days.filter((day) => day.mark === mark).length;
    return count === 0
      ? []
      : [{ mark, count, words: `${count === 1 ? "1 day" : `${count} days`} ${MARKS[mark].word}` }];
  });
}

function Legend({ days }: { days: readonly Day[] }) {
  const under = UNDERS.filter((name) => days.some((day) => day[name]));
  return (
    <ul class="legend">
      {countsOf(days).map(({ mark, words }) => (
        <li>
          {MARKS[mark].path(0) === "" ? null : raw(sample(`s-${MARKS[mark].state}`, MARKS[mark].path(0)))}
          {words}
        </li>
      ))}
      {under.map((name) => (
        <li>
          {raw(sample("under", UNDER[name].path(0), "0 27 8 8"))}
          {UNDER[name].word} in part
        </li>
      ))}
    </ul>
  );
}

function sample(name: string, path: string, box = "0 0 8 28"): string {
  return `<svg viewBox="${box}" aria-hidden="true"><path class="${name}" fill-rule="evenodd" d="${path}"></path></svg>`;
}

/** The days that a person would ask about, the newest first, in words. */
export function Troubles({ days }: { days: readonly Day[] }) {
  const of = days.filter(
    (day) => ["failed", "missed", "warned"].includes(day.mark) || UNDERS.some((name) => day[name]),
  );
  if (of.length === 0) return null;
  return (
    <details>
      <summary>{of.length === 1 ? "The one day" : `The ${of.length} days`} with more to say</summary>
      <ul class="plain">
        {of.toReversed().map((day) => (
          <li>
            <strong>{day.date}</strong> {dayWords(day)}
          </li>
        ))}
      </ul>
    </details>
  );
}
