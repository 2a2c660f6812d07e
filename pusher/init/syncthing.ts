/**
 * Folders that Syncthing keeps, from its config.xml. Its API key stays where it is. Their jobs are drafts: which tier lies at the
 * other end of a folder, its settings do not tell.
 */
import { join } from "node:path";
import { type Eyes, NOTHING, type Part, quoted } from "./part.ts";

export async function lookAtSyncthing(eyes: Eyes): Promise<Part> {
  const files = placesOf(eyes).map((folder) => ({ folder, text: eyes.read(join(folder, "config.xml")) }));
  const parts = files.flatMap(({ folder, text }) => (text === undefined ? [] : [partOf(folder, text, eyes)]));
  return parts.reduce(
    (all, part) => ({
      found: [...all.found, ...part.found],
      leftOut: [...all.leftOut, ...part.leftOut],
      tables: [...all.tables, ...part.tables],
      drafts: [...all.drafts, ...part.drafts],
    }),
    NOTHING,
  );
}

/** Where Syncthing keeps its settings (its documentation, "Configuration"), and where Debian's service does. */
function placesOf({ platform, homes, env }: Eyes): string[] {
  if (platform === "win32") return env.LOCALAPPDATA === undefined ? [] : [join(env.LOCALAPPDATA, "Syncthing")];
  const own = homes.flatMap((home) => [join(home, ".local/state/syncthing"), join(home, ".config/syncthing")]);
  return [...own, "/var/lib/syncthing/.local/state/syncthing", "/var/lib/syncthing/.config/syncthing"];
}

function partOf(folder: string, xml: string, eyes: Eyes): Part {
  const folders = foldersIn(xml);
  const whole = folders
    .filter(({ path }) => isAbsolute(path))
    .map((one) => ({ ...one, dataset: eyes.name(one.label) }));
  return {
    found: folders.map(({ label, path }) => `Syncthing folder ${label} at ${path} (${folder})`),
    leftOut: [
      ...folders
        .filter(({ path }) => !isAbsolute(path))
        .map(({ label }) => `Syncthing folder ${label}: its path is not absolute`),
      ...whole.map(
        ({ label }) =>
          `the job for Syncthing folder ${label}: which tiers it joins is yours to say; a draft stands at the end`,
      ),
    ],
    tables: whole.map(datasetOf),
    drafts: whole.map((one) => draftOf(one, eyes)),
  };
}

interface Folder {
  readonly id: string;
  readonly label: string;
  readonly path: string;
  /** `sendreceive`, `sendonly`, `receiveonly` or `receiveencrypted`. */
  readonly type: string;
}

interface Named extends Folder {
  /** The name of its dataset. */
  readonly dataset: string;
}

/** The `<folder id= label= path=>` elements; the template in `<defaults>` has no path of its own. */
export function foldersIn(xml: string): Folder[] {
  const real = xml.replace(/<defaults>.*?<\/defaults>/s, "");
  return [...real.matchAll(/<folder\s([^>]*)>/g)].flatMap(([, attributes = ""]) => {
    const value = (name: string) => plain(new RegExp(`(?:^|\\s)${name}="([^"]*)"`).exec(attributes)?.[1] ?? "");
    const [id, path] = [value("id"), value("path")];
    return path === "" ? [] : [{ id, label: value("label") || id, path, type: value("type") || "sendreceive" }];
  });
}

const ENTITIES: Readonly<Record<string, string>> = {
  amp: "&",
  lt: "<",
  gt: ">",
  quot: '"',
  apos: "'",
  "#34": '"',
  "#39": "'",
};

function plain(text: string): string {
  return text.replace(/&(\w+|#\d+);/g, (whole, name: string) => ENTITIES[name] ?? whole);
}

function isAbsolute(path: string): boolean {
  return /^(?:\/|[A-Za-z]:[\\/]|\\\\)/.test(path);
}

function datasetOf({ dataset, path }: Named): string {
  return `[[datasets]]                          # Syncthing folder; if its data are made elsewhere, \`born\` is the tier where
name = ${quoted(dataset)}
born = "archive"
paths = { archive = ${quoted(path)} }
`;
}

/** Where the folder only receives, the hop is carried by the job on the host that sends. */
function draftOf({ id, dataset, type }: Named, eyes: Eyes): string {
  const hop = /^receive/.test(type)
    ? `side = "receiving"                    # the host that sends has the job that carries this hop
tier = "staging"`
    : `from = "archive"
to = "staging"
datasets = [${quoted(dataset)}]
window = "6h"`;
  return `[[jobs]]
name = ${quoted(eyes.name(`sync-${dataset}`))}
kind = "syncthing"
${hop}
schedule = { every = "1h" }
grace = "30m"
folder = ${quoted(id)}
`;
}
