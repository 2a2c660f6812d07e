import { beforeEach, describe, expect, test } from "vitest";
import { browser, channel, PHONES } from "./push-channel.ts";
import { HOUR, newCode, post, settings, subscribe, subscribers } from "./subscribing.ts";
import { emptyDatabase, START } from "./support.ts";

beforeEach(emptyDatabase);

describe("a code", () => {
  test("says what it is for before anybody is asked anything, and stays good", async () => {
    const phones = await channel();
    const code = await newCode();
    for (let i = 0; i < 2; i++) {
      const answer = await post("/offer", { code }, settings(phones));
      expect(answer.status).toBe(200);
      expect(await answer.json()).toEqual({ channel: PHONES, publicKey: phones.public_key });
    }
  });

  test("lets one browser in, and no other after it", async () => {
    const of = settings(await channel());
    const code = await newCode();
    const first = await browser("kitchen");
    expect((await post("", { code, name: " kitchen tablet ", subscription: first }, of)).status).toBe(201);
    const second = await post("", { code, name: "thief", subscription: await browser("thief") }, of);
    expect(second.status).toBe(403);
    expect(await second.json()).toMatchObject({ code: "code_refused" });
    expect((await post("/offer", { code }, of)).status).toBe(403);
    expect(await subscribers()).toMatchObject([{ name: "kitchen tablet", endpoint: first.endpoint }]);
  });

  test("lets the same browser in again whose answer was lost, as one subscription", async () => {
    const of = settings(await channel());
    const [code, subscription] = [await newCode(), await browser("kitchen")];
    for (let i = 0; i < 2; i++) expect((await post("", { code, name: "kitchen", subscription }, of)).status).toBe(201);
    expect(await subscribers()).toHaveLength(1);
  });

  test("is no good after its hour, made up, or of a channel that is not set up", async () => {
    const of = settings(await channel());
    const subscription = await browser("kitchen");
    const late = await newCode(START);
    const other = await newCode(START + HOUR, "gone");
    for (const code of [late, "A".repeat(22)]) {
      expect((await post("/offer", { code }, of)).status).toBe(403);
      expect((await post("", { code, name: "kitchen", subscription }, of)).status).toBe(403);
    }
    for (const [path, more] of [
      ["/offer", {}],
      ["", { name: "kitchen", subscription }],
    ] as const)
      expect(await (await post(path, { code: other, ...more }, of)).json()).toMatchObject({ code: "not_found" });
    expect(await subscribers()).toEqual([]);
  });
});

describe("a subscription", () => {
  test.each([
    ["to a private address", { endpoint: "https://192.168.1.5/x" }],
    ["without encryption on the way", { endpoint: "http://push.example/x" }],
    ["with something more", { colour: "red" }],
    ["with a key that is none", { keys: { p256dh: "x", auth: "y" } }],
  ])("%s is refused, and its code stays good", async (_what, wrong) => {
    const of = settings(await channel());
    const [code, subscription] = [await newCode(), await browser("kitchen")];
    const answer = await post("", { code, name: "kitchen", subscription: { ...subscription, ...wrong } }, of);
    expect(answer.status).toBe(400);
    expect(await answer.json()).toMatchObject({ code: "malformed" });
    expect((await post("", { code, name: "kitchen", subscription }, of)).status).toBe(201);
  });

  test("to a private push service is taken where private addresses are allowed", async () => {
    const of = settings(await channel({ allowPrivate: true }));
    const subscription = { ...(await browser("kitchen")), endpoint: "https://192.168.1.5/x" };
    expect((await post("", { code: await newCode(), name: "kitchen", subscription }, of)).status).toBe(201);
  });

  test("larger than 8 KiB is not read", async () => {
    const answer = await post("", { name: "x".repeat(9_000) }, settings(await channel()));
    expect(answer.status).toBe(413);
  });

  test("moves with its browser to another address, for whoever knows its secret alone", async () => {
    const of = settings(await channel());
    const [old, next] = [await subscribe(of, "kitchen"), await browser("moved")];
    const wrong = { endpoint: old.endpoint, auth: "A".repeat(22) };
    expect((await post("/renewal", { old: wrong, subscription: next }, of)).status).toBe(404);
    const right = { endpoint: old.endpoint, auth: old.keys.auth };
    expect((await post("/renewal", { old: right, subscription: next }, of)).status).toBe(204);
    expect(await subscribers()).toMatchObject([{ name: "kitchen", endpoint: next.endpoint }]);
  });

  test("ends when its browser says so, for whoever knows its secret alone", async () => {
    const of = settings(await channel());
    const { endpoint, keys } = await subscribe(of, "kitchen");
    expect((await post("/end", { endpoint, auth: "A".repeat(22) }, of)).status).toBe(404);
    expect(await subscribers()).toHaveLength(1);
    expect((await post("/end", { endpoint, auth: keys.auth }, of)).status).toBe(204);
    expect(await subscribers()).toEqual([]);
  });
});
