/** The small schemas that the messages are made of: names, instants, counts. */
import * as z from "zod/mini";
import { NAME_MAX_CHARS, SECONDS_MAX, SECONDS_MIN, TEXT_MAX_CHARS } from "./limits.ts";

/** A name of a site, host, tier, dataset or job: lower-case letters, digits and inner hyphens. */
export const name = z
  .string()
  .check(
    z.maxLength(NAME_MAX_CHARS),
    z.regex(/^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?$/, "use lower-case letters, digits and inner hyphens"),
  );

/** An instant on the wire: RFC 3339 in UTC, with a `Z`. */
export const instant = z.iso.datetime();

/** A run's or marker's id: a UUID, made by the host. */
export const id = z.guid();

/** A duration in whole seconds. */
export const seconds = z.int().check(z.minimum(SECONDS_MIN), z.maximum(SECONDS_MAX));

/** A count or a number of bytes: a whole number that JavaScript holds exactly. */
export const count = z.int().check(z.minimum(0));

/** One line for a person. */
export const text = z.string().check(z.maxLength(TEXT_MAX_CHARS));
