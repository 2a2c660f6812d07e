/** What is shown while the database does not answer, through the worker's own door, with the real Clock object. */
import { createExecutionContext, waitOnExecutionContext } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import worker from "../../worker/index.ts";
import { lastPageOf } from "../../worker/last-page.ts";
import { page } from "../../worker/page/page.tsx";
import { stamped } from "../../worker/page/stamp.ts";
import { type Env, readSettings } from "../../worker/settings.ts";
import { takeBack } from "../../worker/take-back.ts";
import { corenasPlan } from "./reference.ts";
import { healthy, NOW, stuckSync } from "./sample-summary.ts";
import { emptyDatabase, enrolled } from "./support.ts";

const HOUR = 3_600_000;
const vars = (more: object): Env => ({ DB: env.DB, CLOCK: env.CLOCK, CHANNELS: {}, ...more });

async function visit(path: string, of: Env, init: RequestInit<IncomingRequestCfProperties> = {}) {
  const context = createExecutionContext();
  const answer = await worker.fetch(new Request(`https://t.example${path}`, init), of, context);
  const text = await answer.text();
  await waitOnExecutionContext(context);
  return { status: answer.status, kept: answer.headers.get("cache-control"), text };
}

/** While `work` runs, no statement about watches works. */
async function withoutDatabase<Value>(work: () => Promise<Value>): Promise<Value> {
  await env.DB.prepare("ALTER TABLE watches RENAME TO watches_away").run();
  try {
    return await work();
  } finally {
    await env.DB.prepare("ALTER TABLE watches_away RENAME TO watches").run();
  }
}

/** A page that says when it was made: kept as the worker keeps it, through the object. */
async function keptAt(at: number, of: Env, html: string): Promise<void> {
  const work: Promise<unknown>[] = [];
  lastPageOf(of.CLOCK, readSettings(of), at, (later) => void work.push(later))?.keep(html);
  await Promise.all(work);
}

describe("the last page", () => {
  const open = vars({ PUBLIC_SITES: ["home"] });
  beforeEach(async () => {
    await emptyDatabase();
    await enrolled("home", "corenas", corenasPlan, Date.now());
  });

  test("is kept when everybody may see it, and shown with its age when the database does not answer", async () => {
    const { text: before } = await visit("/", open);
    expect(before).toContain("corenas");
    const { status, kept, text } = await withoutDatabase(() => visit("/", open));
    expect([status, kept]).toEqual([503, "no-store"]);
    expect(text).toContain("corenas");
    expect(text).toContain("ago: not renewed");
    expect(text).toContain('<main class="stale">');
  });

  test("is shown to nobody once the settings make something else public", async () => {
    await keptAt(Date.now() + 2 * HOUR, open, "<title></title><main>corenas</main>");
    for (const other of [vars({}), vars({ PUBLIC_SITES: ["cabin"] }), vars({ PUBLIC_SITES: "all" })]) {
      const { status, text } = await withoutDatabase(() => visit("/", other));
      expect([status, text.includes("corenas")]).toEqual([503, false]);
      expect(text).toContain("Tierwatch cannot tell how your backups are.");
    }
  });

  test("is no page that was made for somebody: who shows a cookie, a token or a key gets none kept", async () => {
    const other = vars({ PUBLIC_SITES: ["home", "other"] });
    for (const init of [{ headers: [["cookie", "a=b"]] }, { headers: [["authorization", "Bearer x"]] }] as const) {
      await visit("/", other, { headers: new Headers([...init.headers.map(([a, b]): [string, string] => [a, b])]) });
    }
    await visit(`/?key=${"k".repeat(22)}`, other);
    const { text } = await withoutDatabase(() => visit("/", other));
    expect(text).toContain("Tierwatch cannot tell");
  });

  test("without the object there is none, and the failure says so", async () => {
    const { CLOCK: _, ...without } = open;
    const { status, text } = await withoutDatabase(() => visit("/", without));
    expect([status, text.includes("cannot tell")]).toEqual([503, true]);
  });

  test("is handed over at most once a minute", async () => {
    const later = vi.fn();
    const at = Date.now() + 10 * HOUR;
    for (const ms of [0, 1, 59_999, 60_000, 60_001])
      lastPageOf(env.CLOCK, readSettings(open), at + ms, later)?.keep("x");
    await Promise.all(later.mock.calls.map(([work]) => work));
    expect(later).toHaveBeenCalledTimes(2);
  });
});

describe("a page with its age on it", () => {
  let html: string;
  beforeAll(() => {
    html = stamped(page(healthy(), NOW, { renews: true }), NOW, NOW + 3 * HOUR);
  });

  test("says so above everything and in its title, and shows nothing in green", () => {
    expect(html).toContain("<title>As of 2026-11-23 08:30 UTC: Tierwatch: all fresh</title>");
    expect(html).toMatch(
      /<main class="stale"><section class="notice kept" role="status"><h2>As of 2026-11-23 08:30 UTC, 3 h ago/,
    );
  });

  test.each([healthy(), stuckSync(), healthy({ lastSweepAt: null })])(
    "has one such sentence, whatever the page",
    (summary) => {
      const shown = stamped(page(summary, NOW, { renews: true }), NOW, NOW + HOUR);
      expect(shown.match(/not renewed/g)).toHaveLength(1);
      expect(shown.match(/<main/g)).toHaveLength(1);
    },
  );
});

describe("what Workers Cache holds", () => {
  const cache = (success = true) => ({
    purge: vi.fn(async () => ({ success, errors: [{ code: 1, message: "too often" }] })),
  });
  const opened = { alerts: [{}] } as unknown as Parameters<typeof takeBack>[1];

  test("is taken back when an incident opened or closed, and not otherwise", async () => {
    const [told, quiet] = [cache(), cache()];
    await takeBack(told, opened);
    await takeBack(quiet, { alerts: [] });
    expect(told.purge).toHaveBeenCalledExactlyOnceWith({ tags: ["status"] });
    expect(quiet.purge).not.toHaveBeenCalled();
    await takeBack(undefined, opened);
  });

  test("is let be when it cannot be taken back: the sweep goes on, and the log says why", async () => {
    const log = vi.spyOn(console, "error").mockImplementation(() => undefined);
    await takeBack(cache(false), opened);
    await takeBack({ purge: () => Promise.reject(new Error("no purge")) }, opened);
    expect(log.mock.calls.map(([line]) => String(line))).toEqual([
      '{"purge":["too often"]}',
      '{"purge":"Error: no purge"}',
    ]);
    log.mockRestore();
  });
});
