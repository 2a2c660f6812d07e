/** Fields that the tables of several channels share. */
import * as z from "zod/mini";

/** In ASCII, without anything that needs quoting. */
export const address = z
  .string()
  .check(z.regex(/^[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]+@[A-Za-z0-9.-]+$/, "is not an email address"));

export const hostName = z.string().check(z.regex(/^[A-Za-z0-9.-]+$/, "is not the name of a host"));

export const webUrl = z.url({ protocol: /^https?$/, error: "is not an http or https URL" });

/** A value that came from a Worker secret. A message about it never shows it. */
export const secret = z.string().check(z.regex(/^[\x21-\x7e]+$/, "has spaces, line breaks or characters beyond ASCII"));

/** A URL that is a secret, because whoever knows it can post. */
export const secretUrl = z.url({ protocol: /^https?$/, error: "is not an http or https URL" });
