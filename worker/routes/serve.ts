/**
 * Serves operations of the owner's API: who asks is looked at first, then what is asked is parsed by the operation's own
 * schemas, then its handler is called. So no handler is reached by somebody who may not, or with what was not checked.
 */
import { type Context, Hono } from "hono";
import * as z from "zod/mini";
import type { Operation } from "../../protocol/owner/operation.ts";
import { malformed, type Refusal, refuse } from "../../protocol/refusals.ts";
import { failed, ok, type Result } from "../../protocol/result.ts";
import type { Owner, Reader } from "../judge/reader.ts";
import { readJson } from "./body.ts";
import type { AppEnv } from "./context.ts";
import { isOwnPage, readerOf, refusalOf } from "./reader.ts";

const BODY_MAX_BYTES = 32_768;
const NOTHING = z.strictObject({});

type Parsed<Op, Part extends "params" | "query" | "body"> = Op extends {
  readonly [P in Part]: infer Schema extends z.ZodMiniType;
}
  ? z.infer<Schema>
  : undefined;

/** What a handler is given. */
export interface Asked<Op extends Operation> {
  readonly params: Parsed<Op, "params">;
  readonly query: Parsed<Op, "query">;
  readonly body: Parsed<Op, "body">;
  /** Who asks; of what a page may ask, nobody is known. */
  readonly owner: Op["needs"] extends "page" ? undefined : Owner;
}

type Answer<Op> = Op extends { readonly answer: infer Schema extends z.ZodMiniType } ? z.infer<Schema> : null;
type Handler<Op extends Operation> = (
  asked: Asked<Op>,
  c: Context<AppEnv>,
) => Promise<Result<Answer<Op>, Refusal>> | Result<Answer<Op>, Refusal>;

export interface Served {
  readonly operation: Operation;
  readonly answer: (c: Context<AppEnv>) => Promise<Response>;
}

/** An operation with what does it. */
export function on<const Op extends Operation>(operation: Op, handler: Handler<Op>): Served {
  const answer = async (c: Context<AppEnv>) => {
    const owner = await admitted(c, operation);
    const asked = owner.ok ? await parsed(c, operation) : owner;
    if (!owner.ok || !asked.ok) return refuse(asked.ok ? { code: "internal" } : asked.failure, c.env.now);
    // Parsed by the very schemas that the handler's types are made from.
    const done = await handler({ ...asked.value, owner: owner.value } as unknown as Asked<Op>, c);
    if (!done.ok) return refuse(done.failure, c.env.now);
    c.header("cache-control", "private, no-store");
    if (operation.media !== undefined) return c.body(String(done.value), 200, { "content-type": operation.media });
    return done.value === null ? c.body(null, 204) : c.json(done.value, operation.status === 201 ? 201 : 200);
  };
  return { operation, answer };
}

/** An app of them all. At an address of theirs, a method that none of them has is refused. */
export function serve(served: readonly Served[]): Hono<AppEnv> {
  const routes = new Hono<AppEnv>();
  for (const { operation, answer } of served) routes.on(operation.method, honoPath(operation), answer);
  for (const [path, methods] of methodsByPath(served)) {
    const detail = `use ${methods.join(" or ")}`;
    routes.all(path, (c) => refuse({ code: "method_not_allowed", detail }, c.env.now));
  }
  return routes;
}

function honoPath({ path }: Operation): string {
  return path.replaceAll(/\{(\w+)\}/g, ":$1");
}

function methodsByPath(served: readonly Served[]): Map<string, string[]> {
  const known = new Map<string, string[]>();
  for (const { operation } of served) {
    const path = honoPath(operation);
    known.set(path, [...(known.get(path) ?? []), operation.method.toUpperCase()]);
  }
  return known;
}

async function admitted(c: Context<AppEnv>, { needs }: Operation): Promise<Result<Owner | undefined, Refusal>> {
  if (needs === "page") return isOwnPage(c.req.raw) ? ok(undefined) : failed({ code: "cross_site" });
  const reader: Reader = await readerOf(c);
  const refusal = refusalOf(c, reader, needs === "person" ? "write" : needs);
  if (refusal !== null) return failed(refusal);
  if (reader.kind !== "owner") return failed({ code: "sign_in_needed" });
  return needs === "person" && reader.through === "token"
    ? failed({ code: "not_allowed", detail: "this is for a person who signed in, in a browser" })
    : ok(reader);
}

async function parsed(c: Context<AppEnv>, { params, query, body }: Operation) {
  const path = checked(c.req.param(), params);
  const search = checked(c.req.query(), query);
  if (!path.ok) return path;
  if (!search.ok) return search;
  const json = body === undefined ? ok(undefined) : await readJson(c.req.raw, body, BODY_MAX_BYTES);
  return json.ok ? ok({ params: path.value, query: search.value, body: json.value }) : json;
}

function checked(value: unknown, schema: z.ZodMiniObject = NOTHING): Result<unknown, Refusal> {
  const read = schema.safeParse(value);
  return read.success ? ok(read.data) : failed(malformed(read.error));
}
