/** What is wrong with the watch itself: deadlines that nobody looks at, settings with faults. */
import type { Child } from "hono/jsx";
import type { Blind } from "../judge/blind.ts";
import { type Summary, sweepIsStale } from "../judge/summary.ts";
import { span } from "../judge/words.ts";
import { Icon } from "./icons.tsx";
import { Age, ago, Moment } from "./time.tsx";

/** When deadlines were last looked at: in every view, as all else rests on it. */
export function Checked({ at, now }: { at: number | null; now: number }) {
  if (at === null) return <p class="checked">deadlines never checked</p>;
  return (
    <p class="checked">
      deadlines last checked <Age at={at} now={now} />
    </p>
  );
}

export function Warnings({ summary, now }: { summary: Summary; now: number }) {
  const { lastSweepAt, faults } = summary;
  return (
    <>
      {sweepIsStale(lastSweepAt, now) ? (
        <Notice title={lastSweepAt === null ? "Deadlines were never checked" : "Deadlines are not being checked"}>
          <p>
            {lastSweepAt === null
              ? "No sweep has run yet: a deadline may pass without anybody being told. "
              : `The last sweep was ${ago(lastSweepAt, now)}: statuses are as of then, and nobody is told of what came after. `}
            See whether the Worker's cron trigger is on; <code>/healthz</code> is 503 until it sweeps.
          </p>
        </Notice>
      ) : null}
      {faults.length === 0 ? null : (
        <Notice title="Faults in the settings">
          <ul>
            {faults.map((fault) => (
              <li>{fault}</li>
            ))}
          </ul>
        </Notice>
      )}
    </>
  );
}

/** The history of the watch itself: while it was blind nothing was missed or well, it was not looked at. */
export function BlindIntervals({ blinds }: { blinds: readonly Blind[] }) {
  if (blinds.length === 0) return null;
  return (
    <section>
      <h2>When nobody looked</h2>
      <ul class="closed">
        {blinds.map(({ fromAt, untilAt }) => (
          <li>
            <span>No deadline was checked</span>{" "}
            <span class="at">
              <Moment at={fromAt} />, lasted {span(untilAt - fromAt)}
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}

/** What is wrong, in a box. */
export function Notice({ title, children }: { title: string; children?: Child }) {
  return (
    <section class="notice">
      <h2>
        <Icon mark="degraded" />
        {title}
      </h2>
      {children}
    </section>
  );
}
