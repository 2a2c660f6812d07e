/**
 * Forms of the owner's pages. Each asks for an operation of the API (serve.ts), so an act is one thing, however it is asked
 * for. After a yes the browser is led to a page that says what was done; after a no the form's page comes again, with what
 * was typed and what is wrong.
 */
import type { Context } from "hono";
import type { AnswerOf, Operation } from "../../protocol/owner/operation.ts";
import { problemOf, type Refusal } from "../../protocol/refusals.ts";
import { ok, type Result } from "../../protocol/result.ts";
import type { Values } from "../page/owner/form.tsx";
import { type Told, turnedAwayPage } from "../page/owner/frame.tsx";
import { readForm } from "./body.ts";
import type { AppEnv } from "./context.ts";
import { triedOf } from "./form.ts";
import { ownerServed } from "./owner.ts";
import { ownersOnly, readerOf, refusalOf } from "./reader.ts";
import { askerOf } from "./serve.ts";

const FORM_MAX_BYTES = 32_768;

/** Asks for an operation of the owner's API. */
export const ask = askerOf(ownerServed());

type C = Context<AppEnv>;
export type Show = (c: C, told: Told) => Promise<string>;

type Given = Parameters<typeof ask>[2];

/** A form, as its address knows it. */
export interface Pressed<Op extends Operation> {
  readonly operation: Op;
  /** What is asked with, of the form's fields. */
  readonly given?: (values: Values) => Given;
  /** The same, where fields may be wrong that the operation does not have. */
  readonly read?: (values: Values) => Result<Given, Refusal>;
  /** The page that it stands on, and that is shown again when it is refused. */
  readonly page: Show;
  /** The field that a refusal as a whole is about. */
  readonly blames?: string;
  /** What comes of a yes. */
  readonly yes: Leads<Op> | Shows<Op>;
}

/** The address that is led to. */
interface Leads<Op> {
  readonly leads: string | ((answer: AnswerOf<Op>, values: Values) => string);
}

/** A page with what is shown once: led to an address, it would have to be kept somewhere on the way. */
interface Shows<Op> {
  readonly shows: (answer: AnswerOf<Op>, values: Values, told: Told) => string;
}

export async function carryOut<Op extends Operation>(c: C, pressed: Pressed<Op>): Promise<Response> {
  const { operation, page, blames = null, yes } = pressed;
  const form = await readForm(c.req.raw, FORM_MAX_BYTES);
  const values = form.ok ? form.value : {};
  const given = form.ok ? givenBy(pressed, values) : form;
  const answer = given.ok ? await ask(c, operation, given.value) : given;
  const told = await toldOf(c);
  if (!answer.ok) {
    const tried = triedOf(c.req.path, values, answer.failure, blames);
    return shown(await page(c, { ...told, tried }), problemOf(answer.failure, c.env.now).status);
  }
  if ("shows" in yes) return shown(yes.shows(answer.value, values, told), 200);
  // Loading the page again must not post again.
  return c.redirect(typeof yes.leads === "string" ? yes.leads : yes.leads(answer.value, values), 303);
}

function givenBy<Op extends Operation>({ given, read }: Pressed<Op>, values: Values): Result<Given, Refusal> {
  return read === undefined ? ok(given?.(values)) : read(values);
}

/** Pages are for owners, forms for owners who may write. Who may not is told so in a page. */
export async function turnAway(c: C, next: () => Promise<void>): Promise<Response | undefined> {
  if (c.req.method !== "POST") return (await ownersOnly("read")(c, next)) ?? undefined;
  const refusal = refusalOf(c, await readerOf(c), "write");
  if (refusal !== null) return shown(turnedAwayPage(whyNot(refusal)), problemOf(refusal, c.env.now).status);
  await next();
  c.res.headers.set("cache-control", "private, no-store");
  return undefined;
}

function whyNot({ code }: Refusal): Parameters<typeof turnedAwayPage>[0] {
  if (code === "sign_in_needed") return "signed out";
  return code === "cross_site" ? "cross site" : "forbidden";
}

function shown(page: string, status: number): Response {
  const headers = { "content-type": "text/html; charset=utf-8", "cache-control": "private, no-store" };
  return new Response(page, { status, headers });
}

/** How a page comes to be shown that no form was tried on. */
export async function toldOf(c: C): Promise<Told> {
  const reader = await readerOf(c);
  const isOwner = reader.kind === "owner";
  return {
    now: c.env.now,
    by: isOwner ? reader.by : "",
    canSignOut: isOwner && reader.through === "session",
    done: c.req.query("done") ?? null,
    tried: null,
  };
}

/** What cannot be refused to who got here. */
export function certain<Value>(result: Result<Value, Refusal>): Value {
  if (!result.ok) throw new Error(`refused: ${result.failure.code}`);
  return result.value;
}
