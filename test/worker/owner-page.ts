/** The owner's pages in a test, as a browser without scripts uses them: it reads a page, fills a form of it in, and posts. */
import { expect } from "vitest";
import type { Settings } from "../../worker/settings.ts";
import type { Headers } from "./owner.ts";
import { request } from "./support.ts";

export interface Shown {
  readonly status: number;
  readonly html: string;
  /** Without tags, for a person's eyes. */
  readonly text: string;
  readonly headers: globalThis.Headers;
}

export interface At {
  readonly headers: Headers;
  readonly now: number;
  readonly settings?: Settings;
}

export async function opened(path: string, { headers, now, settings }: At): Promise<Shown> {
  return shownOf(await request(path, { headers }, now, settings));
}

/** Posts fields to an address, and follows where that leads. */
export async function posted(action: string, fields: Readonly<Record<string, string>>, at: At): Promise<Shown> {
  const body = new URLSearchParams(fields).toString();
  const headers = { ...at.headers, "content-type": "application/x-www-form-urlencoded" };
  const answer = await request(action, { method: "POST", headers, body, redirect: "manual" }, at.now, at.settings);
  const location = answer.headers.get("location");
  return answer.status === 303 && location !== null ? opened(location, at) : shownOf(answer);
}

/** Fills in the form of a page that posts to `action`, as it stands there, but for `fields`; and posts it. */
export async function pressed(
  path: string,
  action: string,
  fields: Readonly<Record<string, string>>,
  at: At,
): Promise<Shown> {
  const { html } = await opened(path, at);
  const form = formsOf(html).find((one) => one.action === action);
  if (form === undefined) throw new Error(`${path} has no form for ${action}`);
  for (const name of Object.keys(fields)) expect(form.names).toContain(name);
  return posted(action, { ...form.hidden, ...fields }, at);
}

function formsOf(html: string) {
  return [...html.matchAll(/<form method="post" action="([^"]*)">(.*?)<\/form>/gs)].map(
    ([, action = "", inside = ""]) => ({
      action,
      names: [...inside.matchAll(/ name="([^"]*)"/g)].map(([, name = ""]) => name),
      hidden: Object.fromEntries(
        [...inside.matchAll(/<input type="hidden" name="([^"]*)" value="([^"]*)"/g)].map(
          ([, name = "", value = ""]) => [name, value],
        ),
      ),
    }),
  );
}

async function shownOf(answer: Response): Promise<Shown> {
  const html = await answer.text();
  const text = html
    .replaceAll(/<[^>]*>/g, " ")
    .replaceAll("&quot;", '"')
    .replaceAll(/\s+/g, " ");
  return { status: answer.status, html, text, headers: answer.headers };
}
