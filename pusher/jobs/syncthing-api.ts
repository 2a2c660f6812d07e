/** Asking Syncthing's REST interface: an answer that fits its schema, or why there is none. https://docs.syncthing.net/dev/rest.html */
import * as z from "zod/mini";
import { failed, ok, type Result } from "../../protocol/result.ts";
import { askOnce } from "../http.ts";
import { SYNCTHING_ANSWER_MS, SYNCTHING_SCAN_MAX_MS } from "../limits.ts";
import type { Api } from "./syncthing-find.ts";
import { refusalWords, unreachedWords } from "./syncthing-trouble.ts";

/** Why it did not answer as asked: an HTTP status with its text, or words alone. */
export interface Refusal {
  readonly status?: number;
  /** What Syncthing itself said. */
  readonly said: string;
  /** For the owner. */
  readonly words: string;
}

export interface Rest {
  readonly get: <Schema extends z.core.$ZodType>(
    path: string,
    query: Readonly<Record<string, string>>,
    schema: Schema,
  ) => Promise<Result<z.core.output<Schema>, Refusal>>;
  /** Asks for a scan of a folder, or of one file in it, and waits for its end. */
  readonly scan: (folder: string, sub?: string) => Promise<Result<null, Refusal>>;
}

/** `stopping` ends whatever waits. */
export function restOf(api: Api, stopping: AbortSignal): Rest {
  const ask = async (
    method: "GET" | "POST",
    path: string,
    query: Readonly<Record<string, string>>,
    totalMs: number,
  ) => {
    const url = `${api.origin}/rest${path}?${new URLSearchParams(query)}`;
    const headers = { "X-API-Key": api.key };
    const limits = { connectMs: SYNCTHING_ANSWER_MS, totalMs, signal: stopping, selfSigned: api.own };
    const answer = await askOnce({ method, url, headers, ...limits });
    if (!answer.ok) return failed<Refusal>({ said: answer.failure, words: unreachedWords(api.origin, answer.failure) });
    const { status, body } = answer.value;
    if (status >= 200 && status < 300) return ok(body);
    const said = body.trim();
    return failed<Refusal>({ status, said, words: refusalWords(status, said, api.origin) });
  };
  return {
    get: async (path, query, schema) => {
      const answer = await ask("GET", path, query, SYNCTHING_ANSWER_MS);
      if (!answer.ok) return answer;
      const parsed = z.safeParse(schema, jsonOf(answer.value));
      if (parsed.success) return ok(parsed.data);
      const words = `what answers at ${api.origin} does not speak as Syncthing 1.12 or newer does (${path}); is it starting, or another program?`;
      return failed({ said: answer.value.slice(0, 200), words });
    },
    scan: async (folder, sub) => {
      const query: Readonly<Record<string, string>> = sub === undefined ? { folder } : { folder, sub };
      const answer = await ask("POST", "/db/scan", query, SYNCTHING_SCAN_MAX_MS);
      return answer.ok ? ok(null) : answer;
    },
  };
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
