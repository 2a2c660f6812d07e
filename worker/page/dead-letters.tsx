/** Alerts that never arrived, each with its channel and what was said last. */
import type { DeadLetter } from "../judge/summary.ts";
import { Moment } from "./time.tsx";

export function DeadLetters({ letters }: { letters: readonly DeadLetter[] }) {
  if (letters.length === 0) return null;
  return (
    <section>
      <h2>What never arrived</h2>
      <ul class="closed">
        {letters.map(({ channel, title, end, at, error }) => (
          <li>
            <span>
              {channel}: {title}
            </span>{" "}
            <span class="at">
              {end === "refused" ? "refused" : "given up after three days"} <Moment at={at} />
              {error === "" ? null : `: ${error}`}
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}
