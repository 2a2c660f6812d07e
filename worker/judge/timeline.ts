/** What happened around an incident, in order: when it began, whom it was told to and how that went, who knew, its end. */
import type { KeptDelivery } from "./delivered.ts";
import type { Incident } from "./incident.ts";

export type Happening =
  | { readonly kind: "opened" | "noticed" | "closed" | "snoozed"; readonly at: number; readonly untilAt?: number }
  | { readonly kind: "acknowledged"; readonly at: number; readonly by: string | null }
  | { readonly kind: "told"; readonly at: number; readonly delivery: KeptDelivery };

/** Noticed so soon after it began, both are one moment for a person. */
const AT_ONCE_MS = 60_000;

/** The oldest first. */
export function timelineOf(
  incident: Incident & { readonly closedAt: number | null },
  deliveries: readonly KeptDelivery[],
): Happening[] {
  const { openedAt, noticedAt, closedAt, attention } = incident;
  const { ackedAt, ackedBy, snoozedUntil } = attention;
  const happenings: Happening[] = [
    { kind: "opened", at: openedAt },
    ...(noticedAt - openedAt < AT_ONCE_MS ? [] : [{ kind: "noticed" as const, at: noticedAt }]),
    ...deliveries.map((delivery): Happening => ({ kind: "told", at: delivery.createdAt, delivery })),
    ...(ackedAt === null ? [] : [{ kind: "acknowledged" as const, at: ackedAt, by: ackedBy }]),
    ...(closedAt === null ? [] : [{ kind: "closed" as const, at: closedAt }]),
  ];
  const sorted = happenings.sort((a, b) => a.at - b.at || rank(a) - rank(b));
  // When it was snoozed is not kept, only until when.
  const last = closedAt ?? Math.max(noticedAt, ...sorted.map(({ at }) => at));
  return snoozedUntil === null ? sorted : [...sorted, { kind: "snoozed", at: last, untilAt: snoozedUntil }];
}

/** What comes first of what fell into one moment. */
function rank({ kind }: Happening): number {
  return ["opened", "noticed", "told", "acknowledged", "snoozed", "closed"].indexOf(kind);
}

/** What of it everybody may see: not whom it was told to, nor who knew. */
export function publicTimeline(happenings: readonly Happening[]): Happening[] {
  return happenings.flatMap((happening): Happening[] => {
    if (happening.kind === "told" || happening.kind === "snoozed") return [];
    return [happening.kind === "acknowledged" ? { kind: happening.kind, at: happening.at, by: null } : happening];
  });
}
