/** One alert to one channel, and how that went: as an incident's timeline tells it. */

export interface KeptDelivery {
  readonly channel: string;
  readonly kind: string;
  /** `held`: it waits for a time that its channel asks for; `dropped`: it was over, or known, before that came. */
  readonly state: "pending" | "held" | "dropped" | "delivered" | "refused" | "expired";
  readonly title: string;
  readonly createdAt: number;
  /** The next try; null when there is none. */
  readonly dueAt: number | null;
  readonly doneAt: number | null;
  readonly attempts: number;
  readonly error: string | null;
}
