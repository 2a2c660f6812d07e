/** docs/openapi.json, made from the operations that the routes are made from. Pure. */
import { toJSONSchema } from "zod";
import type * as z from "zod/mini";
import type { Needs, Operation } from "../../protocol/owner/operation.ts";
import { problem, problemOf, type RefusalCode } from "../../protocol/refusals.ts";
import { GROUPS } from "./words.ts";

type Json = Record<string, unknown>;

/** Whoever may ask for it, these may be the answer. */
const BY_NEEDS: Readonly<Record<Needs, readonly RefusalCode[]>> = {
  read: ["sign_in_needed"],
  write: ["sign_in_needed", "not_allowed", "cross_site"],
  person: ["sign_in_needed", "not_allowed", "cross_site"],
  page: ["cross_site"],
};
const OF_BODIES: readonly RefusalCode[] = ["malformed", "unsupported_media_type", "body_too_large"];
const ANY_TIME: readonly RefusalCode[] = ["internal", "unavailable"];

const SECURITY: Readonly<Record<Needs, readonly Json[]>> = {
  read: [{ session: [] }, { access: [] }, { token: [] }],
  write: [{ session: [] }, { access: [] }, { token: [] }],
  person: [{ session: [] }, { access: [] }],
  page: [],
};

const WHO: Readonly<Record<Needs, string>> = {
  read: "For an owner, or a token that may read.",
  write: "For an owner, or a token that may write.",
  person: "For an owner who signed in, in a browser; no token may.",
  page: "For a page of this Tierwatch.",
};

export function openApi(): Json {
  return {
    openapi: "3.1.1",
    info: {
      title: "Tierwatch, the owner's API",
      version: "1",
      summary: "All that an owner does on the page, for programs.",
      license: { name: "MIT", identifier: "MIT" },
    },
    tags: GROUPS.map(({ tag }) => ({ name: tag })),
    paths: paths(),
    components: {
      schemas: { Problem: schemaOf(problem, "output") },
      securitySchemes: {
        session: { type: "apiKey", in: "cookie", name: "__Host-tierwatch", description: "Set by signing in." },
        access: {
          type: "apiKey",
          in: "header",
          name: "Cf-Access-Jwt-Assertion",
          description: "Set by Cloudflare Access.",
        },
        token: { type: "http", scheme: "bearer", description: "Made by POST /v1/tokens, to read or to write." },
      },
    },
  };
}

function paths(): Json {
  const known: Record<string, Json> = {};
  for (const { tag, operations } of GROUPS) {
    for (const { operation, summary } of operations) {
      known[operation.path] = { ...known[operation.path], [operation.method]: described(operation, tag, summary) };
    }
  }
  return known;
}

function described(operation: Operation, tag: string, summary: string): Json {
  const { id, needs, body } = operation;
  const parameters = [...fieldsOf(operation.params, "path"), ...fieldsOf(operation.query, "query")];
  return {
    operationId: id,
    tags: [tag],
    summary: `${summary}.`,
    description: WHO[needs],
    security: SECURITY[needs],
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(body === undefined
      ? {}
      : { requestBody: { required: true, content: { "application/json": { schema: schemaOf(body, "input") } } } }),
    responses: responsesOf(operation),
  };
}

function fieldsOf(schema: z.ZodMiniObject | undefined, place: "path" | "query"): Json[] {
  if (schema === undefined) return [];
  const { properties = {}, required = [] } = schemaOf(schema, "input") as {
    properties?: Record<string, Json>;
    required?: string[];
  };
  return Object.entries(properties).map(([name, of]) => ({
    name,
    in: place,
    required: required.includes(name),
    schema: of,
  }));
}

/** The answer, and each refusal by its status. */
function responsesOf({ status, answer, media, needs, body, params, query, refusals }: Operation): Json {
  const content =
    answer === undefined ? {} : { content: { [media ?? "application/json"]: { schema: schemaOf(answer, "output") } } };
  const parsed: readonly RefusalCode[] = params === undefined && query === undefined ? [] : ["malformed"];
  const codes = [...BY_NEEDS[needs], ...(body === undefined ? parsed : OF_BODIES), ...refusals, ...ANY_TIME];
  const byStatus = new Map<number, string[]>();
  for (const code of new Set(codes)) {
    const { status: refused, title } = problemOf({ code }, 0);
    byStatus.set(refused, [...(byStatus.get(refused) ?? []), `\`${code}\`: ${title}`]);
  }
  const refused = [...byStatus].map(([code, lines]) => [
    String(code),
    {
      description: lines.join("\n"),
      content: { "application/problem+json": { schema: { $ref: "#/components/schemas/Problem" } } },
    },
  ]);
  return {
    [String(status)]: { description: status === 204 ? "Done." : "Yes.", ...content },
    ...Object.fromEntries(refused),
  };
}

function schemaOf(schema: z.ZodMiniType, io: "input" | "output"): Json {
  const { $schema: _, ...rest } = toJSONSchema(schema, {
    io,
    // The format says it; the expression behind it says nothing to people.
    override: ({ jsonSchema }) => {
      if (jsonSchema.format === "date-time" || jsonSchema.format === "date") delete jsonSchema.pattern;
    },
  });
  return rest;
}
