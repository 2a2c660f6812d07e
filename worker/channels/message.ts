/** What every channel is handed: one alert on its way to one channel. */
import type { Alert } from "../judge/say.ts";

export interface Message {
  readonly alert: Alert;
  /** The delivery's id. It stays the same over all tries, so that a receiver can drop a repetition. */
  readonly id: string;
  /** The address of the status page. */
  readonly pageUrl: string | null;
  readonly now: number;
  /** Aborted when the time for this try is over. */
  readonly signal: AbortSignal;
}
