/** The dashboard and the rules in examples/prometheus: they ask for nothing that /metrics does not tell. */
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import * as z from "zod/mini";
import { metrics } from "../../worker/feeds/metrics.ts";
import { healthy, NOW } from "../worker/sample-summary.ts";
import { readExposition } from "./exposition.ts";

const FOLDER = "examples/prometheus";
const HAS_PROMTOOL = spawnSync("promtool", ["--version"]).status === 0;
if (!HAS_PROMTOOL) console.log("skipped: promtool check rules and config (not on this machine: promtool)");

const dashboard = z.object({
  panels: z.array(
    z.object({
      id: z.number(),
      title: z.string(),
      targets: z.array(z.object({ expr: z.string(), legendFormat: z.string() })),
    }),
  ),
  templating: z.object({ list: z.array(z.object({ query: z.union([z.string(), z.object({ query: z.string() })]) })) }),
});

/** Every name with its labels, of a site that has all that there is to tell. */
function told(): Map<string, Set<string>> {
  const readings = [
    { name: "pool.archive.capacity", value: 71, unit: "%", verdict: "ok" as const, text: "x" },
    { name: "pool.archive.state", value: "ONLINE", verdict: "ok" as const, text: "x" },
  ];
  const [site] = healthy().sites;
  if (site === undefined) throw new Error("a sample has a site");
  const summary = { ...healthy(), sites: [{ ...site, jobs: site.jobs.map((job) => ({ ...job, readings })) }] };
  const found = new Map<string, Set<string>>();
  for (const { name, labels } of readExposition(metrics(summary, [{ channel: "mail", waiting: 0 }], NOW))) {
    const known = found.get(name) ?? new Set<string>();
    for (const label of Object.keys(labels)) known.add(label);
    found.set(name, known);
  }
  return found;
}

const NAMES = /\btierwatch_[a-z_]+/g;
const LABELS = /\{\{ ?(?:\$labels\.)?([a-z]+) ?\}\}|([a-z]+)(?:=~|!=|=)"/g;

describe("the dashboard", () => {
  const { panels, templating } = z.parse(
    dashboard,
    JSON.parse(readFileSync(`${FOLDER}/grafana-dashboard.json`, "utf8")),
  );
  const queries = panels.flatMap(({ title, targets }) => targets.map((target) => ({ title, ...target })));

  test.each(queries)("$title asks for metrics and labels that exist", ({ expr, legendFormat }) => {
    const known = told();
    const names = expr.match(NAMES) ?? [];
    expect(names.length).toBeGreaterThan(0);
    for (const name of names) expect([...known.keys()]).toContain(name);
    const labels = [...`${expr} ${legendFormat}`.matchAll(LABELS)].map(([, told, asked]) => told ?? asked ?? "");
    const has = new Set(names.flatMap((name) => [...(known.get(name) ?? [])]));
    for (const label of labels) expect([...has]).toContain(label);
  });

  test("has variables of metrics that exist, and each panel its own id", () => {
    const asked = templating.list.flatMap(
      ({ query }) => (typeof query === "string" ? query : query.query).match(NAMES) ?? [],
    );
    expect(asked).toEqual(["tierwatch_site_status"]);
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
  });
});

describe("the rules", () => {
  const text = readFileSync(`${FOLDER}/tierwatch.rules.yml`, "utf8");

  test("ask for metrics that exist", () => {
    const known = told();
    for (const name of text.match(NAMES) ?? []) expect([...known.keys()]).toContain(name);
  });

  test.skipIf(!HAS_PROMTOOL).each([
    ["rules", "tierwatch.rules.yml"],
    ["config", "prometheus.yml"],
  ])("pass promtool check %s", (what, file) => {
    const syntax = what === "config" ? ["--syntax-only"] : [];
    const { status, stdout, stderr } = spawnSync("promtool", ["check", what, ...syntax, `${FOLDER}/${file}`], {
      encoding: "utf8",
    });
    expect({ status, said: status === 0 ? "" : stdout + stderr }).toEqual({ status: 0, said: "" });
  });
});
