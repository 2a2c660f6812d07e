/**
 * What really happened in a simulated world, and what Tierwatch said about it. The world writes it, the oracle reads it:
 * the truth comes from the hands that made it (a power cut, a copied file), never from the judge. Instants are
 * milliseconds of true time, which no host's clock has to agree with.
 */
import type { Plan } from "../../protocol/plan.ts";

export interface SimulatedSite {
  readonly site: string;
  readonly hosts: readonly { readonly host: string; readonly plan: Plan }[];
}

/** One true event. Records come in rising order of `at`. */
export type Happening =
  /** The machine runs, or does not (power cut, crash, shut down). */
  | {
      readonly kind: "host";
      readonly at: number;
      readonly site: string;
      readonly host: string;
      readonly alive: boolean;
    }
  /** The worker's side: a sweep can start and write (clocks tick, worker and D1 up), or cannot. */
  | { readonly kind: "clocks"; readonly at: number; readonly alive: boolean }
  /** One of the worker's two clocks starts sweeps, or does not. */
  | {
      readonly kind: "clock_ticks";
      readonly at: number;
      readonly clock: "cron" | "object";
      readonly ticking: boolean;
    }
  /** A channel takes what it is handed, or does not. */
  | { readonly kind: "channel"; readonly at: number; readonly channel: string; readonly healthy: boolean }
  /** A run began on the host, whatever anybody learns of it. */
  | {
      readonly kind: "started";
      readonly at: number;
      readonly site: string;
      readonly host: string;
      readonly job: string;
      readonly run: string;
    }
  /**
   * A run ended and its record is durably in the host's spool. `status` is what the pusher wrote; `startedAt` is true time.
   * A run that a crash cut off never gets one. `unusual`: its size or time truly was out of the ordinary.
   */
  | {
      readonly kind: "finished";
      readonly at: number;
      readonly site: string;
      readonly host: string;
      readonly job: string;
      readonly run: string;
      readonly startedAt: number;
      readonly status: "succeeded" | "warned" | "failed" | "timed_out" | "skipped";
      readonly unusual?: boolean;
    }
  /** The copy truly holds all of the dataset as it was at `bornAt` (a marker written then, and every file before it). */
  | {
      readonly kind: "data";
      readonly at: number;
      readonly site: string;
      readonly dataset: string;
      readonly tier: string;
      readonly bornAt: number;
    }
  /** What a looking job would truly find, from now on. */
  | {
      readonly kind: "state";
      readonly at: number;
      readonly site: string;
      readonly host: string;
      readonly job: string;
      readonly verdict: "ok" | "warning" | "critical";
    }
  /**
   * The worker durably holds a heartbeat that the host made at `madeAt` (true time), whether or not the host learnt of it:
   * life at `madeAt`, these runs by id, for these copies sightings of data born at `bornAt`, and the births of these
   * markers. A run is told as finished when the heartbeat was made at or after its `finished`. A sighting whose birth no
   * heartbeat told yet proves nothing; without `born` every birth counts as told.
   */
  | {
      readonly kind: "heard";
      readonly at: number;
      readonly site: string;
      readonly host: string;
      readonly madeAt: number;
      readonly runs: readonly string[];
      readonly seen: readonly { readonly dataset: string; readonly tier: string; readonly bornAt: number }[];
      readonly born?: readonly { readonly dataset: string; readonly bornAt: number }[];
    }
  /** All that the host's disk took since `since` is gone: an old snapshot was put back, or (`since` 0) the disk is new. */
  | {
      readonly kind: "disk";
      readonly at: number;
      readonly site: string;
      readonly host: string;
      readonly since: number;
    }
  /** From now on the host's clock says true time plus `offsetMs`. */
  | {
      readonly kind: "clock";
      readonly at: number;
      readonly site: string;
      readonly host: string;
      readonly offsetMs: number;
    }
  /** A fault was injected; `what` is its kind as the statistics count it. */
  | { readonly kind: "fault"; readonly at: number; readonly what: string; readonly site: string | null }
  /** All faults have ended: from here on the world is well. */
  | { readonly kind: "healed"; readonly at: number };

/** An incident as it stands in the database. Roots and subjects are keys: `site:S`, `host:H`, `job:H/J`, `copy:D/T`. */
export interface SeenIncident {
  readonly id: string;
  readonly site: string;
  readonly root: string;
  readonly subject: string;
  readonly severity: string;
  readonly openedAt: number;
  readonly noticedAt: number;
  readonly closedAt: number | null;
  /** It came and went so often that it stays open until it is calm: quiet times in it are told of once. */
  readonly flapping: boolean;
  /** How many watches it ever held. */
  readonly members: number;
}

/** A message that a channel took (answered yes to), with the idempotency key it came under. */
export interface Message {
  readonly at: number;
  readonly channel: string;
  readonly key: string;
  readonly kind: string;
  readonly incidentId: string;
  readonly site: string;
  readonly root: string;
  readonly severity: string;
  readonly title: string;
  /** Since when what it tells is so, and when it was written; both as it says. */
  readonly openedAt: number;
  readonly writtenAt: number;
  /** True when the worker died, or its record of this yes was lost: a second one with the same key is then allowed. */
  readonly recordLost: boolean;
}

/** A silence as the owner asked for it; `untilAt` is when it ran out or was ended. */
export interface SeenSilence {
  readonly site: string;
  /** `site:S`, `host:H` or `job:H/J`. */
  readonly scope: string;
  readonly fromAt: number;
  readonly untilAt: number;
}

/** What the owner said of an incident, each time that he asked for it. */
export interface SeenAnswer {
  readonly kind: "acknowledge" | "snooze";
  readonly incidentId: string;
  readonly askedAt: number;
  /** When the worker said yes; null when it did not, and may have done it all the same. */
  readonly takenAt: number | null;
  /** Of a snooze. */
  readonly untilAt: number | null;
  /** How many watches the incident held then. */
  readonly members: number;
}

export interface SeenWatch {
  readonly site: string;
  readonly key: string;
  readonly status: string;
  /** Of a copy: what the worker holds proven; of the others null. */
  readonly recoveryAt: number | null;
}

/** A whole simulated stretch, ended and healed. */
export interface History {
  readonly startAt: number;
  readonly endAt: number;
  readonly sites: readonly SimulatedSite[];
  readonly channels: readonly string[];
  readonly happenings: readonly Happening[];
  readonly incidents: readonly SeenIncident[];
  readonly messages: readonly Message[];
  readonly silences: readonly SeenSilence[];
  readonly answers: readonly SeenAnswer[];
  /** Milliseconds between reminders, by severity; null for none. */
  readonly remind: Readonly<Record<string, number | null>>;
  /** At `endAt`. */
  readonly watches: readonly SeenWatch[];
  /** Every row of the worker's run log: one a run, never two. */
  readonly runs: readonly { readonly site: string; readonly run: string; readonly status: string }[];
}

export type ProblemKind = "missed" | "late" | "false_alarm" | "duplicate" | "lost_run" | "diverged_state";

/** One thing that went wrong, in a sentence, with the instants a reader has to look at. */
export interface Problem {
  readonly kind: ProblemKind;
  readonly at: number;
  readonly site: string;
  readonly subject: string;
  readonly text: string;
}
