/** The owner's pages about hosts, channels, and who gets in: each form does what it says, and what is secret is shown once. */
import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, test } from "vitest";
import { type OwnedSite, ownedSite, trail } from "./owned-site.ts";
import { signedIn } from "./owner.ts";
import { type At, opened, posted, pressed } from "./owner-page.ts";
import { beat, newKey, request, START, send, settingsWith, sweepAt } from "./support.ts";

const MINUTE = 60_000;

let site: OwnedSite;
let at: At;
beforeEach(async () => {
  site = await ownedSite();
  at = { headers: site.anna, now: START };
});

/** What stands in a field to copy. */
const copied = (html: string, label: string) =>
  new RegExp(`aria-label="${label}">([^<]*)<`).exec(html)?.[1]?.replaceAll("&quot;", '"') ?? "";

/** Where the first link of a page to this address leads. */
const linkTo = (path: string, html: string) =>
  new RegExp(`href="(${path}\\?[^"]*)"`).exec(html)?.[1]?.replaceAll("&amp;", "&") ?? "";

describe("hosts", () => {
  test("are added: the page shows the commands once, and the fingerprint stands there when it enrolled", async () => {
    const added = await pressed("/owner/hosts", "/owner/hosts", { site: "home", host: "winvm" }, at);
    expect([added.status, added.headers.get("cache-control")]).toEqual([200, "private, no-store"]);
    const command = copied(added.html, "Command for Linux");
    const code = command.split(" ").at(-1) ?? "";
    expect(command).toBe(`node pusher.mjs enroll ${code}`);
    expect(copied(added.html, "Command for Windows")).toBe(`node .\\pusher.mjs enroll ${code}`);
    expect(copied(added.html, "Line of pusher.toml")).toBe('worker = "https://tierwatch.example"');
    expect(added.text).toContain("until 2026-11-23 02:15 UTC");
    expect((await opened("/owner/hosts", at)).text).toContain("A code for a key waits until 2026-11-23 02:15 UTC");
    const winvm = await newKey("winvm");
    await send(winvm, "POST", "/v1/enrollments", { code, publicKey: winvm.publicKey }, START);
    const after = await opened("/owner/hosts", at);
    expect(after.text).toContain(winvm.key.keyId);
    expect(after.html).not.toContain(code);
  });

  test.each([
    ["Core NAS", "Use up to 63 lower-case letters"],
    ["corenas", "Corenas of home has a key: rotate that."],
  ])("whose name is wrong are refused beside it: %s", async (host, why) => {
    const answer = await posted("/owner/hosts", { site: "home", host }, at);
    expect([Math.floor(answer.status / 100), answer.text]).toEqual([4, expect.stringContaining(why)]);
    expect(answer.html).toMatch(new RegExp(`aria-invalid="true"[^>]*name="host" value="${host}"`));
  });

  test("get a new key after a page that asks", async () => {
    const asks = "/owner/hosts/rotate?site=home&host=corenas";
    expect((await opened("/owner/hosts", at)).html).toContain("/owner/hosts/rotate?site=home&amp;host=corenas");
    const rotated = await pressed(asks, "/owner/hosts/rotate", {}, at);
    expect(rotated.text).toContain("move the old key file away");
    expect(copied(rotated.html, "Command for Linux")).toContain("enroll");
    expect((await beat(site.corenas, {}, START + MINUTE)).status).toBe(200);
    const unknown = await posted("/owner/hosts/rotate", { site: "home", host: "nobody" }, at);
    expect([unknown.status, unknown.text]).toEqual([404, expect.stringContaining("no key that is good: add it")]);
  });

  test("lose a key after a page that asks", async () => {
    const asks = `/owner/hosts/revoke?fingerprint=${site.corenas.key.keyId}`;
    expect((await opened("/owner/hosts", at)).html).toContain(asks);
    const revoked = await pressed(asks, "/owner/hosts/revoke", {}, at);
    expect(revoked.text).toContain("Revoked: what is signed with this key is refused");
    expect(await (await beat(site.corenas, {}, START + 1)).json()).toMatchObject({ code: "key_revoked" });
    expect((await opened(asks, at)).text).toContain("There is no such key");
    expect(await trail()).toEqual(["revoke key | home | host:corenas | anna | session"]);
  });
});

describe("channels", () => {
  const push = { kind: "push", name: "phones", subject: "mailto:a@b.c", public_key: "k", private_key: "p" };

  test("are tested, and say how it ended", async () => {
    expect((await opened("/owner", at)).text).toContain("mail email: no alert and no test was ever delivered by it.");
    const sent = await pressed("/owner/channels", "/owner/channels/test", {}, at);
    expect(sent.text).toContain("A test is on its way.");
    const again =
      /href="(\/owner\/channels\?name=[^"]*)">Look again/.exec(sent.html)?.[1]?.replaceAll("&amp;", "&") ?? "";
    await sweepAt(START + MINUTE);
    const ended = await opened(again, { ...at, now: START + 2 * MINUTE });
    expect(ended.text).toMatch(/Tested 2 min ago .* delivered/);
    expect((await opened("/owner", at)).text).not.toContain("no alert and no test");
  });

  test("of the kind push give a link that lets one browser in", async () => {
    const usual = settingsWith([]);
    const settings = { ...usual, channels: [...usual.channels, { ...push, allowPrivate: false } as never] };
    const made = await pressed("/owner/channels", "/owner/channels/subscribe", {}, { ...at, settings });
    expect(copied(made.html, "Link")).toMatch(/^https:\/\/tierwatch\.example\/subscribe#/);
    expect(made.text).toContain("in the browser that is to show alerts");
    const unknown = await posted("/owner/channels/test", { name: "nope" }, at);
    expect([unknown.status, unknown.text]).toEqual([404, expect.stringContaining("there is mail")]);
  });
});

describe("who gets in", () => {
  test("by a token, shown once, until it is revoked", async () => {
    const wrong = await posted("/owner/tokens", { name: "", may: "write" }, at);
    expect([wrong.status, wrong.html]).toEqual([400, expect.stringContaining('<option value="write" selected')]);
    const made = await pressed("/owner/access", "/owner/tokens", { name: "grafana", may: "read" }, at);
    const token = copied(made.html, "Token");
    const asks = () => request("/v1/session", { headers: { authorization: `Bearer ${token}` } }, START);
    expect(await (await asks()).json()).toMatchObject({ by: "anna: grafana", may: "read" });
    expect((await opened("/owner/access", at)).html).not.toContain(token);
    const path = linkTo("/owner/tokens/revoke", (await opened("/owner/access", at)).html);
    expect((await opened(path, at)).text).toContain("Revoke the token grafana? It is of anna, may read");
    expect((await asks()).status).toBe(200);
    expect((await pressed(path, "/owner/tokens/revoke", {}, at)).text).toContain("gets nobody in any more");
    expect((await asks()).status).toBe(401);
    expect((await opened(path, at)).text).toContain("There is no such token");
  });

  test("as a guest by a link, shown once, which shows what is public, until it is revoked", async () => {
    const made = await pressed("/owner/access", "/owner/shares", { name: "kitchen", shown: "home" }, at);
    const link = new URL(copied(made.html, "Link"));
    const closed = { ...settingsWith([]), openToAll: false };
    const shown = async () => (await request(`/status.json${link.search}`, {}, START, closed)).text();
    expect(await shown()).toContain('"view":"public"');
    const listed = await opened("/owner/access", at);
    expect(listed.text).toContain("kitchen shows home made by anna 0 s ago");
    expect(listed.html).not.toContain(link.search);
    const path = linkTo("/owner/shares/revoke", listed.html);
    expect((await opened(path, at)).text).toContain("Revoke the link kitchen?");
    expect((await pressed(path, "/owner/shares/revoke", {}, at)).text).toContain("sees what everybody sees");
    expect(await shown()).toContain('"view":"hiding"');
    expect((await opened(path, at)).text).toContain("There is no such link");
    await pressed("/owner/access", "/owner/shares", { name: "all", shown: "" }, at);
    expect((await opened("/owner/access", at)).text).toContain("all shows every site");
    const { said } = await site.as("exportJson", { params: { table: "shares" } });
    expect(said).toMatchObject({ rows: expect.arrayContaining([expect.objectContaining({ name: "kitchen" })]) });
    expect(JSON.stringify(said)).not.toContain("key_hash");
    expect(await trail()).toEqual(["make link", "make link", "revoke link"].map((act) => expect.stringContaining(act)));
    const wrong = await posted("/owner/shares", { name: "x", shown: "No Site" }, at);
    expect(wrong.html).toMatch(/aria-invalid="true"[^>]*name="shown"/);
  });

  test("by a session, until somebody ends it", async () => {
    const { headers } = await signedIn(START, "bert");
    expect((await pressed("/owner/access", "/owner/sessions/end", {}, at)).text).toContain(
      "that browser is signed out",
    );
    expect((await request("/v1/session", { headers }, START)).status).toBe(401);
  });

  test("by a passkey, of which the last one stays", async () => {
    const passkey = env.DB.prepare(
      `INSERT INTO passkeys (id, owner, name, rp_id, algorithm, public_key, counter, made_at)
       VALUES (?, 'anna', ?, 'tierwatch.example', 'ES256', 'k', 0, 1)`,
    );
    await passkey.bind("p", "phone").run();
    const asks = linkTo("/owner/passkeys/remove", (await opened("/owner/access", at)).html);
    expect((await opened(asks, at)).text).toContain("Remove the passkey phone? It is of anna");
    const last = await pressed(asks, "/owner/passkeys/remove", {}, at);
    expect(last.text).toContain("Remove the passkey phone?");
    expect([last.status, last.text]).toEqual([409, expect.stringContaining("enrol another one first")]);
    const link = copied((await pressed("/owner/access", "/owner/passkeys/invite", {}, at)).html, "Link");
    expect(link).toMatch(/^https:\/\/tierwatch\.example\/owner\/enroll#/);
    await passkey.bind("q", "laptop").run();
    const second = "/owner/passkeys/remove?id=q";
    expect((await pressed(second, "/owner/passkeys/remove", {}, at)).text).toContain("signs nobody in");
    expect((await opened(second, at)).text).toContain("There is no such passkey");
  });
});

test("the record tells what was done, a page at a time", async () => {
  const insert = env.DB.prepare(
    "INSERT INTO audit (at, act, site, subject, by, through, detail) VALUES (?, 'note', 'home', 'x', 'anna', 'session', ?)",
  );
  await env.DB.batch(Array.from({ length: 120 }, (_, i) => insert.bind(START - i * MINUTE, `entry ${i}.`)));
  const first = await opened("/owner/record", at);
  expect([first.text.includes("entry 0."), first.text.includes("entry 119.")]).toEqual([true, false]);
  const older = /href="(\/owner\/record\?after=[^"]*)"/.exec(first.html)?.[1] ?? "";
  expect((await opened(older, at)).text).toContain("entry 119.");
  expect((await opened("/owner/record?after=nonsense", at)).text).toContain("entry 0.");
});

test("all data is taken away part by part: each page has one part as a file, and leads to the next", async () => {
  const insert = env.DB.prepare("INSERT INTO blinds (from_at, until_at) VALUES (?, ?)");
  await env.DB.batch(Array.from({ length: 250 }, (_, i) => insert.bind(i + 1, i + 2)));
  const list = await opened("/owner/export", at);
  let path = linkTo("/owner/export/parts", list.html.slice(list.html.indexOf("<span>blinds")));
  const lines: string[] = [];
  const titles: string[] = [];
  while (path !== "") {
    const part = await opened(path, at);
    titles.push(/<h1>([^<]*)</.exec(part.html)?.[1] ?? "");
    const file = /href="(\/v1\/export\/blinds\/csv[^"]*)"/.exec(part.html)?.[1] ?? "";
    const csv = await (await request(file, { headers: site.anna }, START)).text();
    lines.push(...csv.trim().split("\r\n").slice(1));
    path = linkTo("/owner/export/parts", part.html);
  }
  expect(titles).toEqual(["blinds, part 1", "blinds, part 2", "blinds, part 3"]);
  expect(lines).toEqual(Array.from({ length: 250 }, (_, i) => `${i + 1},${i + 2}`));
  expect((await opened("/owner/export/parts?table=plans", at)).text).toContain("All of plans One row.");
  for (const wrong of ["table=sessions", "table=runs&after=x"]) {
    expect((await opened(`/owner/export/parts?${wrong}`, at)).text).toContain("Take your data away");
  }
});
