/** The status page as it is served: its headers, its style, and what stands there when the database fails. */
import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, test } from "vitest";
import { STYLE, STYLE_PATH } from "../../worker/page/style.ts";
import { textOf, unbalanced } from "./page-text.ts";
import { HOUR, night, referenceSite } from "./reference.ts";
import { emptyDatabase, request, START, sweepAt } from "./support.ts";

describe("the page is served", () => {
  beforeEach(emptyDatabase);

  test("as HTML that is never stored and that may load nothing but what is ours", async () => {
    const site = await referenceSite(START);
    await night(site, START + HOUR, { seq: 1 });
    await sweepAt(START + HOUR);
    const answer = await request("/", {}, START + HOUR);
    expect(answer.status).toBe(200);
    expect(answer.headers.get("content-type")).toContain("text/html");
    expect(answer.headers.get("cache-control")).toBe("private, no-store");
    const policy = answer.headers.get("content-security-policy") ?? "";
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("style-src 'self'");
    expect(policy).not.toContain("unsafe");
    expect(textOf(await answer.text())).toContain("All 4 tiers are fresh.");
  });

  test("renewing itself, unless it is asked to hold still", async () => {
    expect(await (await request("/", {}, START)).text()).toContain('http-equiv="refresh"');
    expect(await (await request("/?still", {}, START)).text()).not.toContain('http-equiv="refresh"');
  });

  test("with a stylesheet that may be kept for ever under its version, and is checked without it", async () => {
    const versioned = await request(STYLE_PATH, {}, START);
    expect(versioned.headers.get("content-type")).toContain("text/css");
    expect(versioned.headers.get("cache-control")).toContain("immutable");
    expect(await versioned.text()).toBe(STYLE);
    const etag = versioned.headers.get("etag") ?? "";
    const again = await request("/style.css", { headers: { "if-none-match": etag } }, START);
    expect([again.status, again.headers.get("cache-control")]).toEqual([304, "public, no-cache"]);
  });

  test("as a page with 503 when the database fails, while status.json stays a problem document", async () => {
    await env.DB.prepare("ALTER TABLE watches RENAME TO watches_away").run();
    try {
      const answer = await request("/", {}, START);
      expect([answer.status, answer.headers.get("cache-control")]).toEqual([503, "no-store"]);
      expect(answer.headers.get("content-security-policy")).toContain("style-src 'self'");
      const html = await answer.text();
      expect(unbalanced(html)).toEqual([]);
      expect(textOf(html)).toContain("Tierwatch cannot tell how your backups are.");
      expect(html).not.toContain("watches");
      const json = await request("/status.json", {}, START);
      expect([json.status, json.headers.get("content-type")]).toEqual([503, "application/problem+json"]);
    } finally {
      await env.DB.prepare("ALTER TABLE watches_away RENAME TO watches").run();
    }
  });
});
