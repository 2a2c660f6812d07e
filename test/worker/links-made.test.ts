import * as fc from "fast-check";
import { beforeEach, describe, expect, test } from "vitest";
import { toBase64url } from "../../protocol/base64url.ts";
import { linksOf, readLinkSecret, readToken, tokenOf } from "../../worker/links.ts";
import { alertOf, attention, claim, opened, SECRET, untouched, visit } from "./link.ts";
import { emptyDatabase, START, settingsWith } from "./support.ts";

beforeEach(emptyDatabase);

describe("a link that is not good", () => {
  test("does nothing from the instant on at which it is over", async () => {
    await opened();
    const token = await tokenOf(SECRET, claim({ expiresAt: Date.parse("2026-11-30T02:00:00.000Z") }));
    const over = await visit("POST", token, Date.parse("2026-11-30T02:00:00.000Z"));
    expect(over.status).toBe(410);
    expect(over.text).toContain("This link is too old");
    expect(await attention()).toMatchObject(untouched);
    expect((await visit("POST", token, Date.parse("2026-11-30T01:59:59.999Z"))).status).toBe(303);
  });

  test("signed by another secret does nothing", async () => {
    await opened();
    const { status, text } = await visit("POST", await tokenOf(SECRET.toReversed(), claim()), START);
    expect([status, text.includes("This link does nothing")]).toEqual([404, true]);
    expect(await attention()).toMatchObject(untouched);
  });

  test("signed for another use of the same secret does nothing", async () => {
    const [encoded = ""] = (await tokenOf(SECRET, claim())).split(".");
    const key = await crypto.subtle.importKey("raw", SECRET, { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
    const signature = await crypto.subtle.sign("HMAC", key, new TextEncoder().encode(encoded));
    const token = `${encoded}.${toBase64url(new Uint8Array(signature))}`;
    expect(await readToken(SECRET, token, START)).toMatchObject({ ok: false, failure: "forged" });
  });

  test.each(["x", "a.b", "%00", `${"a".repeat(5000)}.${"b".repeat(43)}`])(
    "is no token at all: %.20s",
    async (token) => {
      expect((await visit("POST", token, START)).status).toBe(404);
    },
  );

  test("changed in any bit, anywhere, is good for nothing", async () => {
    const token = await tokenOf(SECRET, claim());
    await fc.assert(
      fc.asyncProperty(fc.nat(token.length - 1), fc.integer({ min: 0, max: 6 }), async (at, bit) => {
        const changed = String.fromCharCode(token.charCodeAt(at) ^ (1 << bit));
        const read = await readToken(SECRET, token.slice(0, at) + changed + token.slice(at + 1), START);
        expect(read).toEqual({ ok: false, failure: "forged" });
      }),
      { numRuns: 500 },
    );
  });

  test("is refused where there is no secret to check it by", async () => {
    await opened();
    const { status, text } = await visit("POST", await tokenOf(SECRET, claim()), START, settingsWith([]));
    expect([status, text.includes("Links are off")]).toEqual([404, true]);
    expect(await attention()).toMatchObject(untouched);
  });
});

describe("an alert's links", () => {
  const maker = { secret: SECRET, pageUrl: "https://tierwatch.example/some/page?a=1" };

  test.each([
    ["opened", ["Acknowledge", "Snooze 1 d"]],
    ["reminder", ["Acknowledge", "Snooze 1 d"]],
    ["closed", []],
    ["notice", []],
    ["test", []],
    ["drill", ["This test arrived"]],
  ] as const)("are for what one can do about it: %s", async (kind, labels) => {
    expect((await linksOf(maker, alertOf(kind), "mail")).map(({ label }) => label)).toEqual(labels);
  });

  test("lead to the worker, say what they were made for, and are the same at each try", async () => {
    const [ack] = await linksOf(maker, alertOf("opened"), "mail");
    const [, token = ""] = /^https:\/\/tierwatch\.example\/act\/([^/?]+)$/.exec(ack?.url ?? "") ?? [];
    expect(await readToken(SECRET, token, START)).toEqual({ ok: true, value: claim() });
    expect(await linksOf(maker, alertOf("opened"), "mail")).toContainEqual(ack);
    expect(await linksOf(maker, alertOf("opened"), "phone")).not.toContainEqual(ack);
  });

  test("are short enough for every provider, with the longest names", async () => {
    const long = {
      ...alertOf("opened"),
      incidentId: `${"s".repeat(63)}/job:${"h".repeat(63)}/${"j".repeat(63)}@1763863200000`,
    };
    for (const { url } of await linksOf(maker, long, "phone")) expect(url.length).toBeLessThanOrEqual(512);
  });
});

describe("a secret", () => {
  const hex = [...SECRET].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  test.each([
    ["base64, as openssl prints it", `${btoa(String.fromCharCode(...SECRET))}\n`],
    ["base64url", toBase64url(SECRET)],
    ["hexadecimal", hex],
  ])("may be %s", (_how, text) => {
    expect(readLinkSecret(text)).toEqual({ ok: true, value: SECRET });
  });

  test.each([
    ["", "has fewer than 32 bytes"],
    [toBase64url(SECRET.slice(1)), "has fewer than 32 bytes"],
    [hex.slice(2), "has fewer than 32 bytes"],
    ["00".repeat(32), "is not random"],
    ["correct horse battery staple!", "is neither base64 nor hexadecimal"],
  ])("is not %s", (text, why) => {
    expect(readLinkSecret(text)).toEqual({ ok: false, failure: why });
  });
});
