/**
 * What an operation of the owner's API is: its address, who may ask for it, what goes in and what comes out. The routes and
 * docs/openapi.json are both made from these, so neither can say what the other does not do.
 */
import type * as z from "zod/mini";
import type { RefusalCode } from "../refusals.ts";

/**
 * Who may: whoever may read or write; a `person` who may write (a browser that signed in, and no token: a stolen token must
 * not make others); or, for what comes before signing in, any browser, if it is on a page of ours.
 */
export type Needs = "read" | "write" | "person" | "page";

export interface Operation {
  readonly id: string;
  readonly method: "get" | "post";
  /** As OpenAPI writes it: `/v1/tokens/{id}/revoke`. */
  readonly path: `/v1/${string}`;
  readonly needs: Needs;
  readonly params?: z.ZodMiniObject;
  readonly query?: z.ZodMiniObject;
  readonly body?: z.ZodMiniType;
  /** Of a yes. 204 has no body. */
  readonly status: 200 | 201 | 204;
  readonly answer?: z.ZodMiniType;
  /** JSON, if nothing is said. */
  readonly media?: "text/csv";
  /** What it may refuse, beside what any operation may: who asks, how, and what does not fit the schema. */
  readonly refusals: readonly RefusalCode[];
}

/** What an operation answers with: null where it has nothing to say. */
export type AnswerOf<Op> = Op extends { readonly answer: infer Schema extends z.ZodMiniType } ? z.infer<Schema> : null;
