/** A request's body: read within a limit, and parsed. */
import type * as z from "zod/mini";
import { malformed, type Refusal } from "../../protocol/refusals.ts";
import { failed, ok, type Result } from "../../protocol/result.ts";

/** The raw body of a JSON request within `maxBytes`; reading stops there, whatever Content-Length says. */
export async function readJsonBytes(
  request: Request,
  maxBytes: number,
): Promise<Result<Uint8Array<ArrayBuffer>, Refusal>> {
  if (mediaType(request) !== "application/json") return failed({ code: "unsupported_media_type" });
  const bytes = await readBody(request, maxBytes);
  return bytes === null ? failed({ code: "body_too_large", detail: `at most ${maxBytes} bytes` }) : ok(bytes);
}

/** A body of JSON that fits the schema. */
export async function readJson<Schema extends z.ZodMiniType>(
  request: Request,
  schema: Schema,
  maxBytes: number,
): Promise<Result<z.infer<Schema>, Refusal>> {
  const bytes = await readJsonBytes(request, maxBytes);
  return bytes.ok ? checked(parseJson(bytes.value), schema) : bytes;
}

/** The fields of a form that a page of ours posted; of a name that comes twice, the last. */
export async function readForm(
  request: Request,
  maxBytes: number,
): Promise<Result<Readonly<Record<string, string>>, Refusal>> {
  if (mediaType(request) !== "application/x-www-form-urlencoded") {
    return failed({ code: "unsupported_media_type", detail: "this address takes the form of its page" });
  }
  const bytes = await readBody(request, maxBytes);
  if (bytes === null) return failed({ code: "body_too_large", detail: `at most ${maxBytes} bytes` });
  return ok(Object.fromEntries(new URLSearchParams(new TextDecoder().decode(bytes))));
}

/** `json` is undefined when the body was none. */
export function checked<Schema extends z.ZodMiniType>(json: unknown, schema: Schema): Result<z.infer<Schema>, Refusal> {
  if (json === undefined) return failed({ code: "malformed", detail: "the body is not JSON in UTF-8" });
  const parsed = schema.safeParse(json);
  return parsed.success ? ok(parsed.data) : failed(malformed(parsed.error));
}

/** Undefined when it is no JSON in UTF-8. */
export function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes));
  } catch {
    return undefined;
  }
}

function mediaType(request: Request): string {
  return (request.headers.get("content-type") ?? "").split(";")[0]?.trim().toLowerCase() ?? "";
}

async function readBody(request: Request, maxBytes: number): Promise<Uint8Array<ArrayBuffer> | null> {
  if (Number(request.headers.get("content-length") ?? 0) > maxBytes) return null;
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of request.body ?? []) {
    size += chunk.byteLength;
    if (size > maxBytes) return null;
    chunks.push(chunk);
  }
  const whole = new Uint8Array(size);
  let at = 0;
  for (const chunk of chunks) {
    whole.set(chunk, at);
    at += chunk.byteLength;
  }
  return whole;
}
