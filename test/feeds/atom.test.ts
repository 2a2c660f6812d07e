/** The feed of incidents by RFC 4287, read with a strict parser of XML. */
import { parseXml, type XmlElement } from "@rgrove/parse-xml";
import { describe, expect, test } from "vitest";
import { incidentsAtom } from "../../worker/feeds/atom.ts";
import type { IncidentSummary, Summary } from "../../worker/judge/summary.ts";
import { empty, healthy, NOW, past, stuckSync } from "../worker/sample-summary.ts";

const SELF = "https://t.example/incidents.atom";
const ATOM = "http://www.w3.org/2005/Atom";
const feed = (summary: Summary) => incidentsAtom(summary, SELF, "https://t.example/");

interface Node {
  readonly name: string;
  readonly text: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly Node[];
}

function read(xml: string): Node {
  const { root } = parseXml(xml);
  if (root === null) throw new Error("no root");
  return node(root);
}

function node(element: XmlElement): Node {
  const children = element.children.flatMap((child) => (child.type === "element" ? [node(child as XmlElement)] : []));
  return { name: element.name, text: element.text, attributes: element.attributes, children };
}

const all = ({ children }: Node, name: string) => children.filter((child) => child.name === name);
const one = (of: Node, name: string) => {
  const found = all(of, name);
  if (found.length !== 1) throw new Error(`${of.name} has ${found.length} ${name}`);
  return found[0]?.text ?? "";
};
const RFC_3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

function withIncidents(summary: Summary, change: (incident: IncidentSummary) => IncidentSummary): Summary {
  return { ...summary, sites: summary.sites.map((site) => ({ ...site, incidents: site.incidents.map(change) })) };
}

const open = stuckSync();
const closed = withIncidents(open, (incident) => ({ ...incident, closedAt: NOW + 3_600_000 }));

describe.each(Object.entries({ open, closed, past: healthy({ incidents: [past] }), empty: empty() }))(
  "the feed of %s",
  (_name, summary) => {
    test("has what RFC 4287 asks of a feed and of its entries", () => {
      const root = read(feed(summary));
      expect([root.name, root.attributes.xmlns]).toEqual(["feed", ATOM]);
      expect([one(root, "id"), one(root, "title")]).toEqual([SELF, "Tierwatch: incidents"]);
      expect(one(root, "updated")).toMatch(RFC_3339);
      expect(all(root, "author").map((author) => one(author, "name"))).toEqual(["Tierwatch"]);
      expect(all(root, "link").map(({ attributes }) => attributes.rel)).toEqual(["self", "alternate"]);
      for (const entry of all(root, "entry")) {
        expect(one(entry, "id")).toMatch(/^urn:tierwatch:incident:[A-Za-z0-9%._~-]+$/);
        expect(one(entry, "title")).not.toBe("");
        for (const name of ["updated", "published"]) expect(one(entry, name)).toMatch(RFC_3339);
        expect(one(entry, "content")).not.toBe("");
      }
      expect(new Set(all(root, "entry").map((entry) => one(entry, "id"))).size).toBe(all(root, "entry").length);
    });
  },
);

describe("an entry", () => {
  const entryOf = (summary: Summary) => {
    const [entry] = all(read(feed(summary)), "entry");
    if (entry === undefined) throw new Error("no entry");
    return entry;
  };

  test("is the same at each reading while its incident is open", () => {
    expect(feed({ ...open, generatedAt: NOW + 3_600_000 })).toBe(feed(open));
  });

  test("keeps its id and is updated when its incident closes", () => {
    const [before, after] = [entryOf(open), entryOf(closed)];
    expect(one(after, "id")).toBe(one(before, "id"));
    expect(one(after, "published")).toBe(one(before, "published"));
    expect(one(after, "updated") > one(before, "updated")).toBe(true);
    expect(one(after, "title")).toMatch(/^Closed: home: sync on corenas /);
  });

  test("says what to do next while it is open, and how long it lasted once it is not", () => {
    expect(one(entryOf(open), "content")).toContain("Next: On corenas: see whether its scheduler starts sync");
    expect(one(entryOf(closed), "content")).toMatch(/Closed at .* UTC, after /);
  });

  test("takes hostile text as text, and what XML cannot hold not at all", () => {
    const text = "<b>&\"'\u0000\u0008\ud800 ]]> ünï";
    const hostile = withIncidents(open, (incident) => ({
      ...incident,
      subject: incident.root,
      reason: { code: "run", at: NOW, status: "failed", text },
    }));
    expect(one(entryOf(hostile), "title")).toContain("<b>&\"'\ufffd ]]> ünï");
  });
});
