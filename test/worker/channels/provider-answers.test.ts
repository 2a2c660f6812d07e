/** What each provider's answers mean, by its own documentation. */
import { afterEach, describe, expect, test, vi } from "vitest";
import type { DirectChannel } from "../../../worker/channels/kinds.ts";
import { send } from "../../../worker/channels/send.ts";
import { apprise, discord, ntfy, pushover, resend, slack, telegram } from "./direct.ts";
import { answer, message, provider } from "./support.ts";

afterEach(() => void vi.restoreAllMocks());

describe("an answer", () => {
  const CASES: [DirectChannel, number, unknown, "retry" | "refused" | "gone"][] = [
    [ntfy, 429, { code: 42901, http: 429, error: "limit reached: too many requests" }, "retry"],
    [ntfy, 403, { code: 40301, http: 403, error: "forbidden" }, "gone"],
    [ntfy, 413, { error: "message too large" }, "refused"],
    [pushover, 400, { user: "invalid", errors: ["user identifier is invalid"], status: 0 }, "gone"],
    [pushover, 400, { message: "cannot be blank", errors: ["message cannot be blank"], status: 0 }, "refused"],
    [pushover, 429, { errors: ["application is over its quota"], status: 0 }, "retry"],
    [pushover, 200, { status: 0, errors: ["something"] }, "retry"],
    [telegram, 403, { ok: false, error_code: 403, description: "Forbidden: bot was blocked by the user" }, "gone"],
    [telegram, 401, { ok: false, error_code: 401, description: "Unauthorized" }, "gone"],
    [telegram, 400, { ok: false, error_code: 400, description: "Bad Request: chat not found" }, "gone"],
    [telegram, 400, { ok: false, description: "Bad Request: message is too long" }, "refused"],
    [telegram, 200, { ok: false }, "retry"],
    [slack, 404, "no_service", "gone"],
    [slack, 403, "action_prohibited", "gone"],
    [slack, 410, "channel_is_archived", "gone"],
    [slack, 500, "rollup_error", "retry"],
    [discord, 404, { message: "Unknown Webhook", code: 10015 }, "gone"],
    [discord, 401, { message: "Invalid Webhook Token", code: 50027 }, "gone"],
    [apprise, 204, "", "gone"],
    [apprise, 424, { error: "One or more notification could not be sent." }, "retry"],
    [resend, 403, { statusCode: 403, name: "invalid_api_key", message: "API key is invalid." }, "gone"],
    [resend, 422, { message: "Invalid `to` field." }, "refused"],
    [resend, 409, { message: "Same idempotency key in use." }, "retry"],
    [resend, 429, { message: "Too many requests." }, "retry"],
    [resend, 200, {}, "retry"],
  ];

  test.each(CASES)("of $kind with %i %j is %s", async (channel, status, body, kind) => {
    provider(answer(status, body));
    const outcome = await send(channel, message());
    expect(outcome.kind).toBe(kind);
    expect(JSON.stringify(outcome)).toContain(` answered ${status}`);
  });

  test.each<[DirectChannel, unknown, Record<string, string>, number]>([
    [slack, "", { "retry-after": "30" }, 30],
    [telegram, { ok: false, description: "Too Many Requests", parameters: { retry_after: 35 } }, {}, 35],
    [discord, { message: "You are being rate limited.", retry_after: 64.57, global: false }, {}, 65],
    [discord, { retry_after: 1 }, { "retry-after": "65" }, 65],
  ])("of $kind says how long to wait", async (channel, body, headers, afterSeconds) => {
    provider(answer(429, body, headers));
    expect(await send(channel, message())).toMatchObject({ kind: "retry", afterSeconds });
  });

  test.each([ntfy, pushover, telegram, slack, discord, apprise, resend])(
    "of $kind that repeats the secret, or a connection that fails, shows none",
    async (channel) => {
      const secrets = Object.values(channel)
        .filter((value) => /hush|a{30}|u{30}/.test(String(value)))
        .join(" ");
      provider(
        answer(500, { message: `no ${secrets}`, description: secrets, error: secrets, errors: [secrets] }),
        () => {
          throw new TypeError(`cannot reach ${secrets}`);
        },
      );
      for (const outcome of [await send(channel, message()), await send(channel, message())]) {
        expect(outcome.kind).toBe("retry");
        expect(JSON.stringify(outcome)).not.toMatch(/hush|a{30}|u{30}/);
      }
    },
  );

  test.each([ntfy, pushover, telegram, slack, discord, apprise, resend])(
    "of $kind by a redirect is no yes",
    async (channel) => {
      const sent = provider(() => Response.redirect("https://elsewhere.example/", 302));
      expect((await send(channel, message())).kind).toBe("retry");
      expect(sent.map(({ request }) => request.redirect)).toEqual(["manual"]);
    },
  );

  test("that never ends is read no further than an error can be long", async () => {
    let chunks = 0;
    const endless = new ReadableStream({
      pull(controller) {
        chunks += 1;
        controller.enqueue(new Uint8Array(1024).fill(97));
      },
    });
    provider(() => new Response(endless, { status: 500 }));
    expect((await send(slack, message())).kind).toBe("retry");
    expect(chunks).toBeLessThan(10);
  });

  test("that is a proxy's page is told by its status alone", async () => {
    provider(answer(502, "<html><body>Bad gateway</body></html>"));
    expect(await send(slack, message())).toEqual({ kind: "retry", error: "Slack answered 502" });
  });
});
