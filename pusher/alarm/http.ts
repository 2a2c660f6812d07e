/** One HTTP POST of a way, and whether the other end took it. */
import { failed, ok, type Result } from "../../protocol/result.ts";
import { askOnce } from "../http.ts";

/** Posts JSON; any answer but 2xx is a failure in words. A redirect is not followed: what is sent is for one address. */
export async function post(
  url: string,
  headers: Readonly<Record<string, string>>,
  json: string,
  limitMs: number,
): Promise<Result<void, string>> {
  const answer = await askOnce({
    method: "POST",
    url,
    headers: { "content-type": "application/json", ...headers },
    body: new TextEncoder().encode(json),
    connectMs: limitMs,
    totalMs: limitMs,
  });
  if (!answer.ok) return failed(`${new URL(url).host} was not reached: ${answer.failure}`);
  const { status } = answer.value;
  return status >= 200 && status < 300 ? ok(undefined) : failed(`${new URL(url).host} answered ${status}`);
}
