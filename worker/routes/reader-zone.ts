/** Where the reader is, as far as Cloudflare tells. */
import * as z from "zod/mini";
import { isZone } from "../judge/zone-clock.ts";

const place = z.object({ timezone: z.string().check(z.refine(isZone)) });

/** Of `request.cf`: the zone of the reader's address; null when nothing tells. */
export function zoneOf(cf: unknown): string | null {
  const told = place.safeParse(cf);
  return told.success ? told.data.timezone : null;
}
