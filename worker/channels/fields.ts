/** Fields that the tables of several channels share. */
import * as z from "zod/mini";

export const address = z
  .string()
  .check(z.regex(/^[^\s@<>,;:"()[\]\\]+@[^\s@<>,;:"()[\]\\]+$/, "is not an email address"));

export const webUrl = z.url({ protocol: /^https?$/, error: "is not an http or https URL" });

/** A value that came from a Worker secret. A message about it never shows it. */
export const secret = z.string().check(z.regex(/^[\x21-\x7e]+$/, "has spaces, line breaks or characters beyond ASCII"));

/** A URL that is a secret, because whoever knows it can post. */
export const secretUrl = z.url({ protocol: /^https?$/, error: "is not an http or https URL" });
