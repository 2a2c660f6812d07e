/**
 * When does this host tell its owner by itself that the worker does not watch? Pure: what is remembered, what was seen
 * just now, and the time, to what is said. Whatever is wrong with the worker is one trouble from the first sign of it to
 * the first sign that all is well, though its kind may change meanwhile: each way tells it once, then reminds, and gives
 * one all-clear.
 *
 * Only time in which the trouble was looked at counts: between two looks no more than `gapMs`. So a host that was off,
 * or whose clock was set forward, does not take its own absence for the worker's; a clock set back counts nothing.
 */
import * as z from "zod/mini";

/**
 * `unreached`: no answer of a worker; `failing`: it answers that it failed; `refused`: it does not take this host's word;
 * `unswept`: it takes everything and looks for no missed deadline; `keyless`: this host cannot sign what it has to say.
 */
const troubleKind = z.enum(["unreached", "failing", "refused", "unswept", "keyless"]);
export type TroubleKind = z.infer<typeof troubleKind>;

const trouble = z.object({
  kind: troubleKind,
  /** In words, as it was seen last. */
  why: z.string(),
  sinceAt: z.int(),
  seenAt: z.int(),
  /** For how long it was seen to last, in milliseconds. */
  lastedMs: z.int(),
});
export type Trouble = z.infer<typeof trouble>;

export const alarmState = z.object({
  trouble: z.optional(trouble),
  /** By way: it told of a trouble that began then, last at `saidAt`, and owes an all-clear. */
  told: z.record(z.string(), z.object({ sinceAt: z.int(), saidAt: z.int() })),
});
export type AlarmState = z.infer<typeof alarmState>;

export const QUIET: AlarmState = { told: {} };

export type Observation =
  | { readonly kind: "well" }
  | {
      readonly kind: TroubleKind;
      readonly why: string;
      /** That it has lasted so long already is proven otherwise, in milliseconds. */
      readonly provenMs?: number;
    };

export interface AlarmRules {
  /** The ways by which this host can tell. */
  readonly ways: readonly string[];
  readonly afterMs: number;
  readonly remindMs: number;
  /** The longest time between two looks that counts. */
  readonly gapMs: number;
}

/** What one way has to say. */
export type Say =
  | { readonly kind: "alarm" | "reminder"; readonly way: string; readonly trouble: Trouble }
  | { readonly kind: "clear"; readonly way: string; readonly sinceAt: number };

export interface Judged {
  /** To be remembered, whatever becomes of what is said. */
  readonly state: AlarmState;
  readonly says: readonly Say[];
}

/** Judges one observation made at `now` (ms). */
export function judge(before: AlarmState, seen: Observation, now: number, rules: AlarmRules): Judged {
  const told = stillMeant(before.told, now, rules.ways);
  if (seen.kind === "well") {
    const says = Object.entries(told).map(([way, { sinceAt }]) => ({ kind: "clear" as const, way, sinceAt }));
    return { state: { told }, says };
  }
  const lasting = goesOn(before.trouble, seen, now, rules.gapMs);
  const state = { trouble: lasting, told };
  if (lasting.lastedMs < rules.afterMs) return { state, says: [] };
  const says = rules.ways.flatMap((way): Say[] => {
    const last = told[way];
    if (last === undefined) return [{ kind: "alarm", way, trouble: lasting }];
    return now - last.saidAt >= rules.remindMs ? [{ kind: "reminder", way, trouble: lasting }] : [];
  });
  return { state, says };
}

/** The state after a way has said what it had to say; what failed is simply still to be said. */
export function said(state: AlarmState, say: Say, now: number): AlarmState {
  const { [say.way]: _, ...others } = state.told;
  if (say.kind === "clear") return { ...state, told: others };
  return { ...state, told: { ...others, [say.way]: { sinceAt: say.trouble.sinceAt, saidAt: now } } };
}

/** Ways that are not set up any more owe nothing; what was said in a future of a clock set back was said just now. */
function stillMeant(told: AlarmState["told"], now: number, ways: readonly string[]): AlarmState["told"] {
  return Object.fromEntries(
    Object.entries(told)
      .filter(([way]) => ways.includes(way))
      .map(([way, { sinceAt, saidAt }]) => [way, { sinceAt, saidAt: Math.min(saidAt, now) }]),
  );
}

function goesOn(
  before: Trouble | undefined,
  seen: Exclude<Observation, { kind: "well" }>,
  now: number,
  gapMs: number,
): Trouble {
  const { kind, why, provenMs = 0 } = seen;
  const gap = before === undefined ? 0 : Math.min(Math.max(0, now - before.seenAt), gapMs);
  const lastedMs = Math.max((before?.lastedMs ?? 0) + gap, provenMs);
  const sinceAt = Math.min(before?.sinceAt ?? now, now - provenMs);
  return { kind, why, sinceAt, seenAt: now, lastedMs };
}
