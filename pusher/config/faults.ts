/** Zod's issues as sentences for the owner: which key in which table, what is wrong, what was probably meant. */
import * as z from "zod/mini";
import { nearest } from "../../protocol/nearest.ts";
import type { Path } from "./lines.ts";

/** One fault: where in the document, and a sentence without the place's line. */
export interface Fault {
  readonly path: Path;
  readonly text: string;
}

/**
 * The faults of a failed parse. `base` is where in the document the parsed value stands, `beside` names keys that are
 * known there although this schema does not have them.
 */
export function faultsOf(
  error: z.core.$ZodError,
  schema: z.core.$ZodType,
  document: unknown,
  base: Path = [],
  beside: readonly string[] = [],
): Fault[] {
  return error.issues.flatMap((issue) => {
    const path = [...base, ...issue.path];
    if (issue.code !== "unrecognized_keys") return [{ path, text: sentence(issue, path, document) }];
    const known = [...knownKeys(schema, issue.path), ...(issue.path.length === 0 ? beside : [])];
    return issue.keys.map((key) => ({ path: [...path, key], text: unknownKey(key, path, known, document) }));
  });
}

function unknownKey(key: string, table: Path, known: readonly string[], document: unknown): string {
  const meant = nearest(key, known);
  const hint = meant === undefined ? `; known here: ${known.join(", ")}` : `; did you mean \`${meant}\`?`;
  return `unknown key \`${key}\`${inTable(table, document)}${hint}`;
}

function sentence(issue: z.core.$ZodIssue, path: Path, document: unknown): string {
  const found = valueAt(document, path);
  const key = path.at(-1);
  if (typeof key === "number") {
    const list = `entry ${key + 1} of \`${String(path.at(-2) ?? "")}\``;
    return `${list}${inTable(path.slice(0, -2), document)}: ${problemOf(issue, found)}`;
  }
  const place = inTable(path.slice(0, -1), document);
  if (found === undefined && issue.code === "invalid_type") return `\`${String(key)}\` is missing${place}`;
  return `\`${String(key ?? "")}\`${place}: ${problemOf(issue, found)}`;
}

function problemOf(issue: z.core.$ZodIssue, found: unknown): string {
  if (issue.message !== "" && issue.message !== "Invalid input") return issue.message;
  if (issue.code === "invalid_type") return `expected ${nounOf(issue.expected)}, found ${nounOf(typeOf(found))}`;
  if (issue.code === "invalid_value") return `has to be one of ${issue.values.map(String).join(", ")}`;
  if (issue.code === "too_big") return `is over the limit of ${issue.maximum}`;
  if (issue.code === "too_small") return `is under the limit of ${issue.minimum}`;
  if (issue.code === "invalid_key") return issue.issues[0]?.message ?? "is no name";
  return "is not understood";
}

const NOUNS: Readonly<Record<string, string>> = {
  string: "a text in quotes",
  number: "a number",
  int: "a whole number",
  boolean: "true or false",
  object: "a table",
  record: "a table",
  array: "a list in [ ]",
};

function nounOf(type: string): string {
  return NOUNS[type] ?? type;
}

function typeOf(value: unknown): string {
  return Array.isArray(value) ? "array" : typeof value;
}

/** ` in [[jobs]] "nightly"`, or nothing at the top of the file. */
function inTable(path: Path, document: unknown): string {
  return path.length === 0 ? "" : ` in ${placeOf(path, document)}`;
}

/** A table as the owner knows it: `[beat]`, `[[jobs]] "nightly"`. */
export function placeOf(path: Path, document: unknown): string {
  const [head, index] = path;
  if (typeof index !== "number") return `[${path.map(String).join(".")}]`;
  const called = valueAt(document, [head ?? "", index, "name"]);
  const title = typeof called === "string" ? `"${called}"` : `number ${index + 1}`;
  const rest = path.slice(2).filter((part) => typeof part === "string");
  return `${rest.length === 0 ? "" : `\`${rest.join(".")}\` of `}[[${String(head)}]] ${title}`;
}

function valueAt(document: unknown, path: Path): unknown {
  let value: unknown = document;
  for (const part of path) {
    if (typeof value !== "object" || value === null) return undefined;
    value = Reflect.get(value, part);
  }
  return value;
}

/** Names of the keys that a schema knows at a path; through optional, pipe, choice, list, table and record. */
function knownKeys(schema: z.core.$ZodType, path: Path): string[] {
  let at: z.core.$ZodType | undefined = bare(schema);
  for (const part of path) at = at === undefined ? undefined : bare(step(at, part));
  return at instanceof z.ZodMiniObject ? Object.keys(at._zod.def.shape) : [];
}

function bare(schema: z.core.$ZodType | undefined): z.core.$ZodType | undefined {
  if (schema instanceof z.ZodMiniOptional) return bare(schema._zod.def.innerType);
  if (schema instanceof z.ZodMiniPipe) return bare(schema._zod.def.in);
  if (schema instanceof z.ZodMiniUnion)
    return schema._zod.def.options.map(bare).find((one) => one instanceof z.ZodMiniObject);
  return schema;
}

function step(schema: z.core.$ZodType, part: PropertyKey): z.core.$ZodType | undefined {
  if (schema instanceof z.ZodMiniArray) return schema._zod.def.element;
  if (schema instanceof z.ZodMiniRecord) return schema._zod.def.valueType;
  return schema instanceof z.ZodMiniObject ? schema._zod.def.shape[String(part)] : undefined;
}
