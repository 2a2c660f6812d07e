/** What every channel is handed: one alert on its way to one channel. */
import type { Alert } from "../judge/say.ts";

/** What somebody can do about it: a link that does one thing, once a person presses the button behind it. */
export interface Action {
  readonly label: string;
  readonly url: string;
}

export interface Message {
  readonly alert: Alert;
  /** The delivery's id. It stays the same over all tries, so that a receiver can drop a repetition. */
  readonly id: string;
  /** The address of the status page. */
  readonly pageUrl: string | null;
  readonly actions: readonly Action[];
  /** The last lines of the log of the run that it is about, fit to be sent; none for most alerts and channels. */
  readonly log: readonly string[];
  readonly now: number;
  /** Aborted when the time for this try is over. */
  readonly signal: AbortSignal;
}
