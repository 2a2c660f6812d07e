/** The owner's API in a test: one call of an operation, checked against docs/openapi.json as it goes. */
import * as z from "zod";
import document from "../../docs/openapi.json";
import type { Settings } from "../../worker/settings.ts";
import type { Headers } from "./owner.ts";
import { request } from "./support.ts";

type Schema = Parameters<typeof z.fromJSONSchema>[0];

interface Described {
  readonly operationId: string;
  readonly parameters?: readonly { readonly name: string; readonly in: string; readonly schema: Schema }[];
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: Schema }>> };
  readonly responses: Readonly<
    Record<string, { readonly content?: Readonly<Record<string, { readonly schema: Schema }>> }>
  >;
}

export interface OperationOf {
  readonly id: string;
  readonly method: string;
  readonly path: string;
  readonly described: Described;
}

/** All operations of the document. */
export const OPERATIONS: readonly OperationOf[] = Object.entries(
  document.paths as unknown as Record<string, Record<string, Described>>,
).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, described]) => ({ id: described.operationId, method, path, described })),
);

export interface Call {
  readonly headers: Headers;
  readonly now: number;
  readonly params?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  readonly settings?: Settings;
}

export interface Called {
  readonly status: number;
  readonly said: unknown;
  readonly headers: globalThis.Headers;
}

/** Calls an operation; whatever comes back has to be what the document says, or this throws. Answers status and body. */
export async function call(id: string, asked: Call): Promise<Called> {
  const { headers, now, params = {}, query = {}, body, settings } = asked;
  const operation = OPERATIONS.find((one) => one.id === id);
  if (operation === undefined) throw new Error(`the document has no operation ${id}`);
  const path = operation.path.replaceAll(/\{(\w+)\}/g, (_, name) => encodeURIComponent(params[name] ?? ""));
  const search = new URLSearchParams(query).toString();
  const sent = body === undefined ? {} : { body: JSON.stringify(body) };
  const answer = await request(
    `${path}${search === "" ? "" : `?${search}`}`,
    {
      method: operation.method.toUpperCase(),
      headers: { ...headers, ...(body === undefined ? {} : JSON_TYPE) },
      ...sent,
    },
    now,
    settings,
  );
  const text = await answer.text();
  const said = checked(operation, answer, text);
  return { status: answer.status, said, headers: answer.headers };
}

const JSON_TYPE = { "content-type": "application/json" };

/** The body, when the document says that this status has one like it. */
function checked({ id, described }: OperationOf, answer: Response, text: string): unknown {
  const response = described.responses[String(answer.status)];
  if (response === undefined) throw new Error(`${id} answered ${answer.status}, which is not documented: ${text}`);
  if (response.content === undefined) {
    if (text !== "") throw new Error(`${id} answered ${answer.status} with a body`);
    return null;
  }
  const media = (answer.headers.get("content-type") ?? "").split(";")[0] ?? "";
  const content = response.content[media];
  if (content === undefined) throw new Error(`${id} answered ${answer.status} as ${media}`);
  const value: unknown = media.endsWith("json") ? JSON.parse(text) : text;
  z.fromJSONSchema(resolved(content.schema)).parse(value);
  return value;
}

function resolved(schema: Schema): Schema {
  const isRef = typeof schema === "object" && "$ref" in schema;
  return isRef ? (document.components.schemas.Problem as unknown as Schema) : schema;
}
