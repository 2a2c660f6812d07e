/** What a person asks for of incidents, in the judge's own terms, and a `sync` that ends badly or well. */
import type { Act } from "../../worker/judge/acts.ts";
import type { Attention } from "../../worker/judge/incident.ts";
import { type Context, NO_CONTEXT } from "../../worker/judge/verdict.ts";
import { bothHeard, HOUR, type Life, look, MINUTE, NAME, ran, WELL } from "./site.ts";

export const DAY = 24 * HOUR;
/** When `sync` ended badly: it began after its good run. */
export const T = WELL + 5 * MINUTE;
export const kinds = (life: Life) => life.said.map(({ kind }) => kind);
export const failed = (life: Life, at: number) =>
  ran(life, "nas", "sync", at - MINUTE, { status: "failed", exitCode: 2 });
export const mended = (life: Life, at: number) => ran(life, "nas", "sync", at - MINUTE);

export function silence(fromAt: number, untilAt: number | null, scope = `site:${NAME}`, more: Partial<Act> = {}): Act {
  return { id: "a", site: NAME, kind: "silence", scope, fromAt, untilAt, recurs: null, ...more };
}

export const withActs = (...acts: Act[]): Context => ({ ...NO_CONTEXT, acts });
export const daily: Context = { ...NO_CONTEXT, remind: { critical: DAY, warning: 7 * DAY } };

/** A look at `at` with both hosts heard then. */
export const alive = (life: Life, at: number, context = NO_CONTEXT) => look(bothHeard(life, at), at, context);

export function attended(life: Life, change: Partial<Attention>): Life {
  return { ...life, open: life.open.map((one) => ({ ...one, attention: { ...one.attention, ...change } })) };
}
