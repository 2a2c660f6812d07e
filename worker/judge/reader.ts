/** Who is asking, and whether that is enough. */

/** Reading sees all but secrets; writing acts. */
export type May = "read" | "write";

export interface Owner {
  readonly kind: "owner";
  /** The person's name, as the audit trail tells it. */
  readonly by: string;
  readonly may: May;
  /** How it is known: a passkey's session, Cloudflare Access, or a program's token. */
  readonly through: "session" | "access" | "token";
}

export type Reader = Owner | { readonly kind: "public" };

export const PUBLIC: Reader = { kind: "public" };

/** Whether a reader may do what needs that. `unknown`: nobody knows who it is; `forbidden`: it is known, and may not. */
export function permission(reader: Reader, needs: May): "granted" | "unknown" | "forbidden" {
  if (reader.kind === "public") return "unknown";
  return needs === "read" || reader.may === "write" ? "granted" : "forbidden";
}
