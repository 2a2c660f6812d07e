/** A scheduler of the machine: what should stand there, what does, and how one becomes the other. */
import type { Result } from "../../protocol/result.ts";
import type { Entry, Setting } from "./task.ts";

export const SCHEDULERS = ["cron", "systemd", "task-scheduler"] as const;
export type SchedulerName = (typeof SCHEDULERS)[number];

/** What stands there now. */
export interface Found {
  /** Ours, by name. */
  readonly entries: ReadonlyMap<string, string>;
  /** Names that ours would have, and that somebody else's have; each with whose they are. */
  readonly foreign: ReadonlyMap<string, string>;
  /** Ours, but switched off: they start nothing. */
  readonly off: readonly string[];
}

export interface Scheduler {
  readonly name: SchedulerName;
  /** Where it keeps them, for the owner. */
  readonly place: string;
  /** What should stand there; or a sentence for each task that it cannot start as pusher.toml says. */
  readonly render: (setting: Setting) => Result<readonly Entry[], readonly string[]>;
  /** What is the same although its text is not (Windows rewrites what it registers). */
  readonly same: (wanted: string, found: string) => boolean;
  /** How an entry is shown to the owner. */
  readonly show: (entries: readonly Entry[], setting: Setting) => string;
  readonly look: (setting: Setting) => Promise<Result<Found, string>>;
  /** Brings these entries about and takes those names away; `all` is what then stands there. The failure is a sentence. */
  readonly change: (change: Change, setting: Setting) => Promise<Result<readonly string[], string>>;
}

export interface Change {
  readonly write: readonly Entry[];
  readonly remove: readonly string[];
  readonly all: readonly Entry[];
}

export type State = "same" | "new" | "changed" | "off" | "gone" | "foreign";

export interface Difference {
  readonly name: string;
  readonly state: State;
}

/** How what should stand there differs from what does: first in the order of the wanted, then what nobody wants. */
export function differences(wanted: readonly Entry[], found: Found, same: Scheduler["same"]): Difference[] {
  const stateOf = ({ name, text }: Entry): State => {
    if (found.foreign.has(name)) return "foreign";
    const now = found.entries.get(name);
    if (now === undefined) return "new";
    if (!same(text, now)) return "changed";
    return found.off.includes(name) ? "off" : "same";
  };
  const names = wanted.map(({ name }) => name);
  const gone = [...found.entries.keys()].filter((name) => !names.includes(name));
  return [
    ...wanted.map((entry) => ({ name: entry.name, state: stateOf(entry) })),
    ...gone.map((name) => ({ name, state: "gone" as const })),
  ];
}
