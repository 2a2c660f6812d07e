/** Writes the monthly drill as deliveries when it is due; the sweep hands them over like any other. */
import { drillSlot, sayDrill } from "./judge/drill.ts";
import type { Settings } from "./settings.ts";
import type { Database } from "./store/database.ts";
import { putDrill } from "./store/drills.ts";

/** `lastSweepAt` is the last sweep that came to its end before this one. Costs nothing while no drill is due. */
export async function putDrillWhenDue(
  db: Database,
  { drill, channels, linkSecret, pageUrl }: Settings,
  lastSweepAt: number | null,
  now: number,
): Promise<void> {
  const slot = drill === null ? null : drillSlot(drill.zone, lastSweepAt, now);
  if (slot === null) return;
  const asks = linkSecret !== null && pageUrl !== null;
  await putDrill(
    db,
    // Quiet hours and levels are not asked: a drill shows what a channel can do, not what it is to hear.
    channels.map(({ name }) => ({ channel: name, alert: sayDrill(name, slot, asks, now), dueAt: now })),
  );
}
