/**
 * The manifest that `kopia snapshot create --json` prints, and the list of `kopia snapshot list --json`. Pure. From kopia's
 * source (snapshot/manifest.go, fs/entry.go).
 */
import * as z from "zod/mini";

const manifest = z.object({
  id: z.string(),
  startTime: z.string(),
  /** Why it is not whole: `checkpoint`, `canceled`, `limit reached`. */
  incomplete: z.optional(z.string()),
  rootEntry: z.optional(
    z.nullable(
      z.object({
        summ: z.optional(
          z.object({
            files: z.optional(z.number()),
            numFailed: z.optional(z.number()),
            numIgnoredErrors: z.optional(z.number()),
            errors: z.optional(z.nullable(z.array(z.object({ path: z.string(), error: z.optional(z.string()) })))),
          }),
        ),
      }),
    ),
  ),
});
export type KopiaManifest = z.infer<typeof manifest>;

export function parseManifest(text: string): KopiaManifest | undefined {
  return parse(manifest, text);
}

export function parseManifests(text: string): KopiaManifest[] | undefined {
  return parse(z.array(manifest), text);
}

function parse<Schema extends z.core.$ZodType>(schema: Schema, text: string): z.core.output<Schema> | undefined {
  try {
    const parsed = z.safeParse(schema, JSON.parse(text));
    return parsed.success ? parsed.data : undefined;
  } catch {
    return undefined;
  }
}
