/**
 * One HTTP request with hard limits on time and size. By node:http(s): `fetch` sets socket options that fail before the
 * connection on some Windows builds, and loads three times as much code.
 */
import type { IncomingMessage } from "node:http";
import { failed, ok, type Result } from "../protocol/result.ts";
import { codeOf } from "./files.ts";
import { ANSWER_MAX_BYTES } from "./limits.ts";

export interface HttpRequest {
  readonly method: "GET" | "POST" | "PUT";
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
  readonly connectMs: number;
  readonly totalMs: number;
  /** Gives up at once. */
  readonly signal?: AbortSignal | undefined;
  /** Takes any certificate: for a server on this very machine, which has made its own. */
  readonly selfSigned?: boolean;
}

export interface HttpAnswer {
  readonly status: number;
  /** The Date header: the server's clock. */
  readonly date?: string | undefined;
  readonly body: string;
}

/** The answer, or in words why there is none. */
export async function askOnce(request: HttpRequest): Promise<Result<HttpAnswer, string>> {
  const url = new URL(request.url);
  const { request: open } = url.protocol === "https:" ? await import("node:https") : await import("node:http");
  return new Promise((resolve) => {
    const give = (result: Result<HttpAnswer, string>) => {
      clearTimeout(connect);
      clearTimeout(total);
      resolve(result);
      outgoing.destroy();
    };
    const outgoing = open(url, {
      method: request.method,
      headers: { ...request.headers, "content-length": String(request.body?.length ?? 0) },
      agent: false,
      rejectUnauthorized: request.selfSigned !== true,
      ...(request.signal === undefined ? {} : { signal: request.signal }),
    });
    const connect = setTimeout(
      () => give(failed(`no connection within ${request.connectMs / 1000} s`)),
      request.connectMs,
    );
    const total = setTimeout(() => give(failed(`no answer within ${request.totalMs / 1000} s`)), request.totalMs);
    outgoing.on("socket", (socket) => {
      socket.once(url.protocol === "https:" ? "secureConnect" : "connect", () => clearTimeout(connect));
    });
    outgoing.on("error", (error) => give(failed(networkReason(error))));
    outgoing.on("response", (response) => {
      collect(response).then(give);
    });
    outgoing.end(request.body);
  });
}

function collect(response: IncomingMessage): Promise<Result<HttpAnswer, string>> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    response.on("data", (chunk: Buffer) => {
      chunks.push(chunk);
      bytes += chunk.length;
      if (bytes > ANSWER_MAX_BYTES) resolve(failed("the answer is too large"));
    });
    response.on("error", (error) => resolve(failed(networkReason(error))));
    response.on("close", () => resolve(failed("the connection broke in the middle of the answer")));
    response.on("end", () => {
      if (!response.complete) return;
      const body = Buffer.concat(chunks).toString("utf8");
      resolve(ok({ status: response.statusCode ?? 0, date: response.headers.date, body }));
    });
  });
}

const REASONS: Readonly<Record<string, string>> = {
  ECONNREFUSED: "nothing listens at that address",
  ENOTFOUND: "the name is not known to DNS",
  EAI_AGAIN: "DNS does not answer; is the network up?",
  ECONNRESET: "the connection was cut",
  ETIMEDOUT: "no connection in time",
  ENETUNREACH: "the network is unreachable",
  EHOSTUNREACH: "the host is unreachable",
  CERT_HAS_EXPIRED: "its certificate has expired; is this host's clock right?",
  CERT_NOT_YET_VALID: "its certificate is not valid yet; is this host's clock right?",
  ABORT_ERR: "given up",
};

function networkReason(error: Error): string {
  const code = codeOf(error);
  return code === undefined ? error.message : (REASONS[code] ?? code);
}
