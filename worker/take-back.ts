/**
 * Takes back what Workers Cache holds of how things stand when an incident opened or closed. Smaller changes are seen as soon
 * as what is held is too old (routes/keeping.ts): Cloudflare takes back at most five times a minute.
 */
import { STATUS_TAG } from "./routes/keeping.ts";
import type { Swept } from "./sweep.ts";

/** `cache` is absent where there is none, as locally. That it fails is no reason for a sweep to fail. */
export async function takeBack(
  cache: Pick<CacheContext, "purge"> | undefined,
  { alerts }: Pick<Swept, "alerts">,
): Promise<void> {
  if (cache === undefined || alerts.length === 0) return;
  try {
    const { success, errors } = await cache.purge({ tags: [STATUS_TAG] });
    if (!success) console.error(JSON.stringify({ purge: errors.map(({ message }) => message) }));
  } catch (error) {
    console.error(JSON.stringify({ purge: String(error) }));
  }
}
