/** An incident: the interval from a root's first bad status to its recovery, and what was said about it so far. */
import type { Severity } from "./severity.ts";
import type { Reason } from "./watch.ts";

/** What the owner was told and did. Instants in milliseconds. */
export interface Attention {
  /** When the opened alert was said; null while a silence holds it back. */
  readonly saidAt: number | null;
  /** Somebody knows: no reminders until it changes. */
  readonly ackedAt: number | null;
  readonly ackedBy: string | null;
  readonly snoozedUntil: number | null;
  readonly remindedAt: number | null;
  readonly reminders: number;
  /** Keys of the watches that were bad on their own account when it last changed. */
  readonly members: readonly string[];
  /** Its root went to and fro so often that it stays open until it was well for an hour. */
  readonly flapping: boolean;
  /** Of a flapping one: since when it is well. */
  readonly wellAt: number | null;
  /** The next instant at which something is to be said or closed though no watch changes. */
  readonly dueAt: number | null;
}

export const UNATTENDED: Attention = {
  saidAt: null,
  ackedAt: null,
  ackedBy: null,
  snoozedUntil: null,
  remindedAt: null,
  reminders: 0,
  members: [],
  flapping: false,
  wellAt: null,
  dueAt: null,
};

export interface Incident {
  readonly id: string;
  readonly site: string;
  readonly root: string;
  readonly severity: Severity;
  /** The deadline that passed or the moment of the failure, not the moment somebody looked. */
  readonly openedAt: number;
  readonly noticedAt: number;
  /** The watch that opened it, and what was wrong with it. */
  readonly subject: string;
  readonly reason: Reason;
  readonly attention: Attention;
}

/**
 * `recovered`: it is well again; `absorbed`: a wider incident took it over; `removed`: nobody watches it any more;
 * `paused`: its owner does not want it judged.
 */
export type Ending = "recovered" | "absorbed" | "removed" | "paused";

export interface Closed {
  readonly incident: Incident;
  readonly closedAt: number;
  readonly ending: Ending;
}
