/** Sizes as the owner writes them in pusher.toml: a whole number and one unit, "500kB", "10GB", "2TiB". */
import * as z from "zod/mini";

const STEPS = ["", "k", "M", "G", "T", "P"];

/** Bytes of a size text, or undefined when it is none. Units are those of IEC 80000-13: 1 kB is 1000 bytes, 1 KiB is 1024. */
function parseSize(text: string): number | undefined {
  const [, digits, prefix = "", binary] = /^(\d{1,9})(?:([kKMGTP])(i?))?B$/.exec(text) ?? [];
  if (digits === undefined) return undefined;
  const bytes = Number(digits) * (binary === "i" ? 1024 : 1000) ** STEPS.indexOf(prefix.replace("K", "k"));
  return Number.isSafeInteger(bytes) ? bytes : undefined;
}

const FORM = 'write a size as a number and a unit: "500kB", "10GB" or "2TiB"';

/** A setting that is a size; its value is in bytes. */
export const size = z.pipe(
  z.string(FORM).check(z.refine((text) => parseSize(text) !== undefined, FORM)),
  z.transform((text) => parseSize(text) ?? 0),
);
