/**
 * The last page that everybody may see, kept by the Clock object for when the database does not answer. It belongs to what the
 * settings made public when it was made: once they change, it is shown to nobody.
 */
import * as z from "zod/mini";
import type { Settings } from "./settings.ts";

/** One isolate hands a page over at most so often. */
const KEEP_EVERY_MS = 60_000;
/** What a value of a Durable Object's storage holds is at most 2 MiB; a character may take three bytes. */
const PAGE_MAX_CHARS = 600_000;

const kept = z.object({ shows: z.string(), at: z.number(), html: z.string() });
export type KeptPage = z.infer<typeof kept>;

export interface LastPage {
  readonly keep: (html: string) => void;
  /** Null when none was kept, or for other settings. */
  readonly read: () => Promise<KeptPage | null>;
}

let handedOverAt = 0;

/** Undefined without the object. `later` runs after the answer is sent. */
export function lastPageOf(
  clocks: DurableObjectNamespace | undefined,
  settings: Settings,
  now: number,
  later: (work: Promise<unknown>) => void,
): LastPage | undefined {
  if (clocks === undefined) return undefined;
  const object = () => clocks.get(clocks.idFromName("clock"));
  const shows = JSON.stringify([settings.openToAll, settings.publicSites]);
  return {
    keep: (html) => {
      if (html.length > PAGE_MAX_CHARS || Math.abs(now - handedOverAt) < KEEP_EVERY_MS) return;
      handedOverAt = now;
      const body = JSON.stringify({ shows, at: now, html } satisfies KeptPage);
      later(object().fetch("https://clock/page", { method: "PUT", body }));
    },
    read: async () => {
      const answer = await object().fetch("https://clock/page");
      if (!answer.ok) return null;
      const page = z.parse(kept, await answer.json());
      return page.shows === shows ? page : null;
    },
  };
}
