/** Who may see what: the owner everything, anybody else what is public of some sites. */
import { publicSummary, type Sites } from "./public.ts";
import type { Reader } from "./reader.ts";
import type { Summary } from "./summary.ts";

/** `sites` are those of which a reader who is not the owner sees what is public. */
export type Access = { readonly kind: "owner" } | { readonly kind: "public"; readonly sites: Sites };

/** What a reader may see of a summary. */
export function seenBy(access: Access, summary: Summary): Summary {
  return access.kind === "owner" ? summary : publicSummary(summary, access.sites);
}

/**
 * What somebody wrote of an incident is for owners who are known. Who is let in unasked (`OPEN_TO_ALL`) sees all that hosts
 * told, and still not what a person noted for the others.
 */
export function noteFor(reader: Reader, note: string): string {
  return reader.kind === "owner" ? note : "";
}

/** Who sees no site, whatever there is. */
export function seesNothing(access: Access): boolean {
  return access.kind === "public" && access.sites !== "all" && access.sites.length === 0;
}

/** The sites of both. */
export function joined(one: Sites, other: Sites): Sites {
  return one === "all" || other === "all" ? "all" : [...new Set([...one, ...other])];
}
