/**
 * Public and private, through every door: what a site's hosts tell in confidence is on no page that anybody can open, and of
 * a private site not even the name. Addresses are read from the app itself, so a new one is tried as well.
 */
import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, test } from "vitest";
import { createApp } from "../../worker/app.ts";
import type { Settings } from "../../worker/settings.ts";
import { signedIn, tokenFor } from "./owner.ts";
import { corenasPlan, HOUR, MINUTE, night, referenceSite, type Site } from "./reference.ts";
import { beat, emptyDatabase, enrolled, request, run, START, settingsWith, sweepAt } from "./support.ts";

const NOW = START + 2 * HOUR;
const CANARY = "canary";
/** In a test's path each of these is some name that there is. */
const PLACES: Readonly<Record<string, string>> = { site: "home", host: "corenas", job: "health", tier: "archive" };

const closed: Settings = { ...settingsWith([]), openToAll: false };
const open: Settings = { ...closed, publicSites: ["home"], faults: [`CHANNELS.${CANARY}: is off`] };

/** Every address that is read with GET, with names in place of parameters. */
function addresses(): string[] {
  const paths = createApp().routes.flatMap(({ method, path }) => (method === "GET" ? [path] : []));
  const filled = [...new Set(paths)].map((path) =>
    path.replace(/:(\w+)(\{[^}]*\})?/g, (_, name, pattern = "") => {
      const ending = /\\?\.(\w+)/.exec(pattern)?.[1];
      return `${PLACES[name] ?? "x"}${ending === undefined ? "" : `.${ending}`}`;
    }),
  );
  return filled.filter((path) => !path.includes("*"));
}

/** A failed run and a bad reading, with a secret word in whatever a host may say of them. */
async function tellInConfidence({ corenas, winvm }: Site): Promise<void> {
  const text = `pool ${CANARY}-pool is DEGRADED`;
  const readings = [{ name: `pool.${CANARY}.state`, value: "DEGRADED", verdict: "critical" as const, text }];
  const told = { logTail: `${CANARY} log`, bytes: 424_242, files: 5 };
  const reason = `${CANARY}: no space at /mnt/${CANARY}`;
  const runs = [
    run("health", 9, NOW, { ...told, readings }),
    run("nightly", 11, NOW, { ...told, status: "failed", exitCode: 1, reason }),
  ];
  const answers = [await beat(corenas, { runs }, NOW), await beat(winvm, {}, NOW)];
  expect(answers.map(({ status }) => status)).toEqual([200, 200]);
}

beforeEach(async () => {
  await emptyDatabase();
  const site = await referenceSite(START);
  await night(site, START + HOUR, { seq: 1 });
  await sweepAt(START + HOUR);
  await tellInConfidence(site);
  await enrolled("vault", "safe", corenasPlan, START);
  await env.DB.prepare(`
    INSERT INTO deliveries (id, site, incident_id, kind, channel, alert, state, created_at, due_at, attempts, last_error, done_at)
    VALUES ('d', 'home', 'i', 'opened', '${CANARY}', '{"title":"${CANARY}"}', 'expired', 0, NULL, 9, '${CANARY}', ${NOW})`).run();
  await sweepAt(NOW + MINUTE);
});

const read = async (path: string, settings: Settings, init: RequestInit = {}) => {
  const answer = await request(path, { redirect: "manual", ...init }, NOW + 2 * MINUTE, settings);
  return { status: answer.status, headers: answer.headers, text: await answer.text() };
};

describe("what a stranger reads", () => {
  test("the owner's page and status.json hold what must not leak: the test can fail", async () => {
    const owner: Settings = { ...open, openToAll: true };
    for (const path of ["/", "/status.json"]) {
      const { text } = await read(path, owner);
      expect({ path, secret: text.includes(CANARY), other: text.includes("vault") }).toEqual({
        path,
        secret: true,
        other: true,
      });
    }
  });

  test("at every address of a public site is free of secrets, and of other sites", async () => {
    const tried = addresses();
    expect(tried).toEqual(expect.arrayContaining(["/", "/status.json", "/healthz"]));
    for (const path of tried) {
      const { text } = await read(path, open);
      expect({ path, leaks: text.includes(CANARY) || text.includes("424242") || text.includes("DEGRADED") }).toEqual({
        path,
        leaks: false,
      });
      expect({ path, tells: text.includes("vault") || text.includes("safe") }).toEqual({ path, tells: false });
    }
  });

  test("of a worker that shows nothing names none of its sites, hosts, jobs and tiers", async () => {
    for (const path of addresses()) {
      const { text } = await read(path, closed);
      // What was asked for may be named in the answer; nothing else is.
      const names = ["corenas", "winvm", "nightly", "staging", "offsite", "vault", "photos"].filter(
        (name) => !path.includes(name),
      );
      expect({ path, told: names.filter((name) => text.includes(name)) }).toEqual({ path, told: [] });
    }
  });

  test("of a public site: names, states and ages", async () => {
    const { text } = await read("/", open);
    expect(text.includes("failed: its owner sees why")).toBe(true);
    const { sites, deadLetters, channels } = JSON.parse((await read("/status.json", open)).text);
    expect(sites).toMatchObject([{ name: "home", status: "failed" }]);
    expect([deadLetters, channels, sites[0].hosts[0].missingRuns]).toEqual([undefined, undefined, undefined]);
  });

  test("of a private worker is that it is private, and who may see it", async () => {
    const { status, text } = await read("/", closed);
    expect(status).toBe(200);
    expect(text).toContain("What is watched here is private.");
    expect(text).toContain("npm run share -- make");
  });
});

describe("the owner", () => {
  test.each([
    ["signed in", () => signedIn(NOW)],
    ["by a token that may read", () => tokenFor("read", NOW)],
  ])("%s sees all, on the page and in status.json", async (_how, made) => {
    const { headers } = await made();
    for (const path of ["/", "/status.json"]) {
      const { text } = await read(path, closed, { headers });
      expect({ path, secret: text.includes(CANARY), other: text.includes("vault") }).toEqual({
        path,
        secret: true,
        other: true,
      });
    }
  });
});

describe("a worker that is open to all", () => {
  const NOTE = "the fuse in the cellar";
  const everybody: Settings = { ...open, openToAll: true };
  const places = async () => {
    const { results } = await env.DB.prepare("SELECT id FROM incidents").all<{ id: string }>();
    return [...addresses(), ...results.map(({ id }) => `/incidents/${encodeURIComponent(id)}`)];
  };
  beforeEach(() => env.DB.prepare("UPDATE incidents SET note = ?").bind(NOTE).run());

  test("keeps what its owners noted of incidents for those who are signed in", async () => {
    const tried = await places();
    expect(tried.length).toBeGreaterThan(addresses().length);
    for (const path of tried) {
      const { text } = await read(path, everybody);
      expect({ path, told: text.includes(NOTE) }).toEqual({ path, told: false });
    }
  });

  test("shows them to owners, also by a token that may read", async () => {
    for (const { headers } of [await signedIn(NOW), await tokenFor("read", NOW)]) {
      const texts = await Promise.all(
        (await places()).map(async (path) => (await read(path, everybody, { headers })).text),
      );
      expect(texts.some((text) => text.includes(NOTE))).toBe(true);
    }
  });
});

describe("a link that shows", () => {
  const KEY = "k".repeat(22);
  const put = async (sites: readonly string[] | null) => {
    const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(KEY));
    const hash = btoa(String.fromCharCode(...new Uint8Array(digest)))
      .replaceAll("+", "-")
      .replaceAll("/", "_")
      .replace("=", "");
    await env.DB.prepare(
      "INSERT INTO shares (id, key_hash, name, sites, made_by, made_at) VALUES ('s', ?, 'kitchen', ?, '', 0)",
    )
      .bind(hash, sites === null ? null : JSON.stringify(sites))
      .run();
  };
  const revoke = () => env.DB.prepare("UPDATE shares SET revoked_at = 1").run();
  const names = async (init: RequestInit = {}, path = "/status.json") =>
    JSON.parse((await read(path, closed, init)).text).sites.map((site: { name: string }) => site.name);

  test("its sites puts its key into a cookie, and takes it out of the address", async () => {
    await put(["home"]);
    const { status, headers } = await read(`/?key=${KEY}`, closed);
    expect([status, headers.get("location")]).toEqual([303, "/"]);
    const cookie = headers.get("set-cookie") ?? "";
    expect(cookie).toMatch(/^__Host-tierwatch-share=k+;/);
    for (const attribute of ["Secure", "HttpOnly", "SameSite=Lax", "Path=/"]) expect(cookie).toContain(attribute);
    expect(await names({ headers: { cookie: cookie.slice(0, cookie.indexOf(";")) } })).toEqual(["home"]);
  });

  test("its sites works for feeds by its address alone, and shows what is public and no more", async () => {
    await put(["home"]);
    const { text } = await read(`/status.json?key=${KEY}`, closed);
    expect(JSON.parse(text).view).toBe("public");
    expect(text).not.toContain(CANARY);
    expect(await names({}, `/status.json?key=${KEY}`)).toEqual(["home"]);
  });

  test("every site shows those that came later, too", async () => {
    await put(null);
    expect(await names({}, `/status.json?key=${KEY}`)).toEqual(["home", "vault"]);
  });

  test("nothing any more once it is revoked, in the address and in the cookie", async () => {
    await put(null);
    await revoke();
    const { status, text, headers } = await read(`/?key=${KEY}`, closed);
    expect([status, headers.get("set-cookie")]).toEqual([403, null]);
    expect(text).toContain("was revoked, or never was one");
    expect(await names({ headers: { cookie: `__Host-tierwatch-share=${KEY}` } })).toEqual([]);
  });

  test.each(["", "x", "k".repeat(23), "' OR 1=1 --", "k".repeat(21)])("is not %j", async (key) => {
    await put(null);
    expect(await names({}, `/status.json?key=${encodeURIComponent(key)}`)).toEqual([]);
  });
});
