/**
 * Serves operations of the owner's API: who asks is looked at first, then what is asked is parsed by the operation's own
 * schemas, then its handler is called. So no handler is reached by somebody who may not, or with what was not checked. The
 * owner's pages ask by the same door (`askerOf`): a form is one more way to write a request.
 */
import { type Context, Hono } from "hono";
import * as z from "zod/mini";
import type { AnswerOf, Operation } from "../../protocol/owner/operation.ts";
import { malformed, type Refusal, refuse } from "../../protocol/refusals.ts";
import { failed, ok, type Result } from "../../protocol/result.ts";
import type { Owner, Reader } from "../judge/reader.ts";
import { checked as checkedBody, readJson } from "./body.ts";
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

type Handler<Op extends Operation> = (
  asked: Asked<Op>,
  c: Context<AppEnv>,
) => Promise<Result<AnswerOf<Op>, Refusal>> | Result<AnswerOf<Op>, Refusal>;

/** What is asked with, before any of it is checked. A body is read only when all else is good. */
interface Given {
  readonly params: unknown;
  readonly query: unknown;
  readonly body: (schema: z.ZodMiniType) => Promise<Result<unknown, Refusal>>;
}

export interface Served {
  readonly operation: Operation;
  /** The answer to a request at its address. */
  readonly answer: (c: Context<AppEnv>) => Promise<Response>;
  /** What it comes to, of what is given. */
  readonly ask: (c: Context<AppEnv>, given: Given) => Promise<Result<unknown, Refusal>>;
}

/** An operation with what does it. */
export function on<const Op extends Operation>(operation: Op, handler: Handler<Op>): Served {
  const ask = async (c: Context<AppEnv>, given: Given) => {
    const owner = await admitted(c, operation);
    if (!owner.ok) return owner;
    const asked = await parsed(operation, given);
    // Parsed by the very schemas that the handler's types are made from.
    return asked.ok ? handler({ ...asked.value, owner: owner.value } as unknown as Asked<Op>, c) : asked;
  };
  const answer = async (c: Context<AppEnv>) => {
    const body = (schema: z.ZodMiniType) => readJson(c.req.raw, schema, BODY_MAX_BYTES);
    const done = await ask(c, { params: c.req.param(), query: c.req.query(), body });
    if (!done.ok) return refuse(done.failure, c.env.now);
    c.header("cache-control", "private, no-store");
    if (operation.media !== undefined) return c.body(String(done.value), 200, { "content-type": operation.media });
    return done.value === null ? c.body(null, 204) : c.json(done.value, operation.status === 201 ? 201 : 200);
  };
  return { operation, answer, ask };
}

/** Asks for an operation from within: who asks and what is given is looked at as at its address. */
export type Ask = <Op extends Operation>(
  c: Context<AppEnv>,
  operation: Op,
  given?: { readonly params?: unknown; readonly query?: unknown; readonly body?: unknown },
) => Promise<Result<AnswerOf<Op>, Refusal>>;

export function askerOf(served: readonly Served[]): Ask {
  return async <Op extends Operation>(c: Context<AppEnv>, operation: Op, given: Parameters<Ask>[2] = {}) => {
    const found = served.find((one) => one.operation === operation);
    if (found === undefined) throw new Error(`nothing serves ${operation.id}`);
    const { params = {}, query = {}, body } = given;
    const done = await found.ask(c, { params, query, body: async (schema) => checkedBody(body, schema) });
    // `on` took no handler for it that answers something else.
    return done as Result<AnswerOf<Op>, Refusal>;
  };
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

async function parsed(operation: Operation, given: Given) {
  const params = checked(given.params, operation.params);
  const query = checked(given.query, operation.query);
  if (!params.ok) return params;
  if (!query.ok) return query;
  const body = operation.body === undefined ? ok(undefined) : await given.body(operation.body);
  return body.ok ? ok({ params: params.value, query: query.value, body: body.value }) : body;
}

function checked(value: unknown, schema: z.ZodMiniObject = NOTHING): Result<unknown, Refusal> {
  const read = schema.safeParse(value);
  return read.success ? ok(read.data) : failed(malformed(read.error));
}
