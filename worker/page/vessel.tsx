/**
 * A tier as a vessel that fills as its data ages: empty right after a copy, full to the brim when its window is used up,
 * and over the brim past it. It shows the worst copy in it, as a tier is as good as that one.
 */
import { explain } from "../judge/explain.ts";
import type { CopySummary } from "../judge/summary.ts";
import { copyKey } from "../judge/watch.ts";
import { list, span } from "../judge/words.ts";
import { type Mark, StatusWord } from "./icons.tsx";
import { proofText } from "./proof-text.ts";
import { Told } from "./time.tsx";

interface Props {
  readonly tier: string;
  readonly mark: Mark;
  /** Copies in it. */
  readonly copies: readonly CopySummary[];
  /** Datasets that are born in it. */
  readonly born: readonly string[];
  /** What its looking jobs found. */
  readonly troubles: readonly string[];
  readonly now: number;
}

export function Vessel({ tier, mark, copies, born, troubles, now }: Props) {
  const shown = worstOf(copies, now);
  return (
    <div class={`vessel s-${mark}${shown === undefined ? " source" : ""}`}>
      {shown === undefined ? null : <Liquid level={levelOf(shown, now)} />}
      <div class="inside">
        <p class="top">
          <span class="name">{tier}</span>
          <StatusWord mark={mark} />
        </p>
        {shown === undefined ? null : <Age copy={shown} alone={copies.length === 1} now={now} />}
        {born.length === 0 ? null : (
          <p class="fact">
            {shown === undefined ? "" : "also "}born here: {list(born)}
          </p>
        )}
        {troubles.map((text) => (
          <p class="why">{text}</p>
        ))}
      </div>
    </div>
  );
}

function Age({ copy, alone, now }: { copy: CopySummary; alone: boolean; now: number }) {
  const { dataset, tier, status, reason, recoveryAt, windowSeconds } = copy;
  const windowMs = windowSeconds * 1000;
  const whose = alone ? "" : ` (${dataset})`;
  return (
    <>
      <p class="age">
        {recoveryAt === null ? (
          <strong>nothing proven</strong>
        ) : (
          <>
            <strong>{span(now - recoveryAt)}</strong> old
          </>
        )}
      </p>
      <p class="fact">
        {recoveryAt !== null && now - recoveryAt > windowMs
          ? `${span(now - recoveryAt - windowMs)} over its window of ${span(windowMs)}${whose}`
          : `of its ${span(windowMs)} window${whose}`}
      </p>
      {recoveryAt === null ? null : <p class="fact">{proofText(copy)}</p>}
      {status === "ok" ? null : (
        <p class="why">
          <Told text={explain(copyKey(dataset, tier), reason, now)} />
        </p>
      )}
    </>
  );
}

/** Decoration: age and window stand in it in words. Drawn on 100 by 100, whatever the vessel's shape; the brim is at 6. */
function Liquid({ level }: { level: number | null }) {
  const isOver = level !== null && level > 1;
  const y = isOver ? 2 : Math.round((100 - 94 * (level ?? 0)) * 10) / 10;
  const surface = `M0 ${y}q12.5-2.4 25 0t25 0 25 0 25 0`;
  return (
    <svg class="liquid" viewBox="0 0 100 100" preserveAspectRatio="none" aria-hidden="true">
      {level === null ? null : <path class="fill" d={`${surface}V100H0z`} />}
      {level === null ? null : <path class="surface" d={surface} />}
      <path class="ticks" d="M96 29.5h4M93 53h7M96 76.5h4" />
    </svg>
  );
}

/** How much of its window it used up; null when nothing is proven. */
function levelOf({ recoveryAt, windowSeconds }: CopySummary, now: number): number | null {
  return recoveryAt === null ? null : Math.max(0, now - recoveryAt) / (windowSeconds * 1000);
}

const GRAVEST = ["failed", "missed", "blocked", "late", "degraded", "pending", "paused", "ok"];

/** The copy that makes the tier what it is; among equal ones the fullest. */
function worstOf(copies: readonly CopySummary[], now: number): CopySummary | undefined {
  const full = (copy: CopySummary) => levelOf(copy, now) ?? Number.POSITIVE_INFINITY;
  const grave = ({ status }: CopySummary) => GRAVEST.indexOf(status);
  return [...copies].sort((a, b) => grave(a) - grave(b) || full(b) - full(a))[0];
}
