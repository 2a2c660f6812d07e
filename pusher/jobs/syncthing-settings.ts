/** The settings of `kind = "syncthing"`. */
import * as z from "zod/mini";
import { duration } from "../../protocol/duration.ts";
import { filled, isSafeUrl, reference } from "../config/fields.ts";

const PATIENCE_SECONDS = 300;

export const syncthingSettings = z.strictObject({
  /** The folder's id, not its label. */
  folder: filled,
  side: z._default(z.enum(["sending", "receiving"]), "sending"),
  /** The other side: its name or id; needed where the folder is shared with several. */
  device: z.optional(filled),
  /** How long the other side may be away, or not move, before the run gives up; in seconds. */
  patience: z._default(duration, PATIENCE_SECONDS),
  address: z.optional(
    z.string().check(z.refine(isSafeUrl, "give an address as in http://127.0.0.1:8384 (http is for loopback only)")),
  ),
  api_key: z.optional(reference),
  /** Syncthing's config.xml, where the key and the address are found. */
  config: z.optional(filled),
});
export type SyncthingSettings = z.infer<typeof syncthingSettings>;
