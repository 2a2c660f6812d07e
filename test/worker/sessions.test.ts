/** What somebody who is signed in has: sessions, tokens, links for another device. */
import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, test } from "vitest";
import { hashOf } from "../../worker/routes/hash.ts";
import { type Authenticator, newAuthenticator } from "./authenticator.ts";
import { signedIn, tokenFor } from "./owner.ts";
import { code, enrol, post, said, trail } from "./signing-in.ts";
import { emptyDatabase, request, START } from "./support.ts";

beforeEach(emptyDatabase);

let device: Authenticator;
beforeEach(async () => {
  device = await newAuthenticator();
});

describe("who is signed in", () => {
  test("sees the sessions there are, and ends another", async () => {
    const [mine, lost] = [await signedIn(START), await signedIn(START)];
    const list = await said<{ sessions: { id: string; own: boolean }[] }>(
      await request("/v1/sessions", { headers: mine.headers }, START),
    );
    expect(list.sessions.filter(({ own }) => own).map(({ id }) => id)).toEqual([mine.id]);
    expect(list.sessions.map(({ id }) => id).toSorted()).toEqual([mine.id, lost.id].toSorted());
    expect((await post(`/v1/sessions/${lost.id}/end`, undefined, START, mine.headers)).status).toBe(204);
    expect((await request("/v1/session", { headers: lost.headers }, START)).status).toBe(401);
    const again = await post(`/v1/sessions/${lost.id}/end`, undefined, START, mine.headers);
    expect(await code(again)).toEqual([404, "not_found"]);
    expect(await trail()).toEqual([{ act: "end session", by: "anna", through: "session", subject: lost.id }]);
  });

  test("makes a token that is shown once and kept as a hash, and revokes it", async () => {
    const { headers } = await signedIn(START);
    const made = await post("/v1/tokens", { name: "grafana", may: "read" }, START, headers);
    const { id, token } = await said<{ id: string; token: string }>(made);
    expect(made.headers.get("cache-control")).toBe("private, no-store");
    expect((await request("/v1/session", { headers: { authorization: `Bearer ${token}` } }, START)).status).toBe(200);
    const rows = JSON.stringify((await env.DB.prepare("SELECT * FROM tokens").all()).results);
    expect(rows).not.toContain(token.split(".")[1]);
    const list = await (await request("/v1/tokens", { headers }, START)).text();
    expect(JSON.parse(list).tokens).toMatchObject([{ id, name: "grafana", may: "read", usedOn: "2026-11-23" }]);
    expect(list).not.toContain(await hashOf(token.split(".")[1] ?? ""));
    expect((await post(`/v1/tokens/${id}/revoke`, undefined, START + 1, headers)).status).toBe(204);
    expect((await request("/v1/session", { headers: { authorization: `Bearer ${token}` } }, START)).status).toBe(401);
    expect(await trail()).toEqual([
      { act: "make token", by: "anna", through: "session", subject: id },
      { act: "revoke token", by: "anna", through: "session", subject: id },
    ]);
  });

  test("a token makes no tokens and no passkeys: who steals one does not stay", async () => {
    const { headers } = await tokenFor("write", START);
    for (const [path, body] of [
      ["/v1/tokens", { name: "more", may: "write" }],
      ["/v1/passkeys/invitations", undefined],
    ] as const) {
      expect(await code(await post(path, body, START, headers))).toEqual([403, "not_allowed"]);
    }
  });

  test("makes a link for another device", async () => {
    const { headers } = await signedIn(START);
    const answer = await said<{ link: string }>(await post("/v1/passkeys/invitations", undefined, START, headers));
    const [page, link = ""] = answer.link.split("#");
    expect(page).toBe("https://tierwatch.example/owner/enroll");
    expect((await enrol(device, link, START)).status).toBe(201);
  });
});
