/**
 * Tools that carry to the cloud: which are there, and what they have been set up for. Only names and places are read from
 * their settings, never a secret; their tables are drafts, because a password has to be given by reference first.
 */
import { join } from "node:path";
import * as z from "zod/mini";
import { type Eyes, type Part, quoted } from "./part.ts";

export async function lookAtClouds(eyes: Eyes): Promise<Part> {
  const seen = [...rclone(eyes), ...restic(eyes), ...borg(eyes), ...kopia(eyes)];
  return {
    found: seen.map(({ what }) => what),
    leftOut: seen.map(({ what, why }) => `${what}: ${why}`),
    tables: [],
    drafts: seen.map(({ draft }) => draft),
  };
}

interface Seen {
  readonly what: string;
  readonly why: string;
  readonly draft: string;
}

const NEEDS_HAND = "which folder it carries, and from which tier, is yours to say; a draft stands at the end";

/** rclone.conf(5): a section is a remote; of its keys only `type` is read. */
function rclone(eyes: Eyes): Seen[] {
  const files = [
    ...eyes.homes.map((home) => join(home, ".config/rclone/rclone.conf")),
    ...(eyes.env.APPDATA === undefined ? [] : [join(eyes.env.APPDATA, "rclone/rclone.conf")]),
  ];
  return files.flatMap((file) =>
    remotesIn(eyes.read(file) ?? "").map(({ name, type }) => ({
      what: `rclone remote ${name} (${type}), in ${file}`,
      why: NEEDS_HAND,
      draft: jobDraft(eyes, "rclone", [`mode = "copy"`, `source = "/srv/data"`, `target = ${quoted(`${name}:data`)}`]),
    })),
  );
}

export function remotesIn(conf: string): { readonly name: string; readonly type: string }[] {
  // An encrypted file tells nothing without its password.
  if (conf.startsWith("# Encrypted rclone")) return [];
  const sections = conf.split(/^\[/m).slice(1);
  return sections.flatMap((section) => {
    const name = /^([^\]\n]+)\]/.exec(section)?.[1];
    const type = /^type\s*=\s*([a-z0-9]+)\s*$/m.exec(section)?.[1];
    return name === undefined || type === undefined ? [] : [{ name, type }];
  });
}

/** restic keeps no settings but its cache, a folder for each repository; and what the environment says. */
function restic(eyes: Eyes): Seen[] {
  const caches = eyes.homes.flatMap((home) =>
    eyes.names(join(home, ".cache/restic")).filter((name) => /^[0-9a-f]{64}$/.test(name)),
  );
  const profiles = ["/etc/resticprofile", "/etc/restic"].filter((folder) => eyes.names(folder).length > 0);
  const hints = [
    ...(caches.length === 0
      ? []
      : [`restic has been used for ${caches.length === 1 ? "a repository" : `${caches.length} repositories`} here`]),
    ...profiles.map((folder) => `settings of restic in ${folder}`),
  ];
  if (hints.length === 0) return [];
  const lines = [`repository = "file:restic.repository"`, `password = "file:restic.password"`, `paths = ["/srv/data"]`];
  return [{ what: hints.join("; "), why: NEEDS_HAND, draft: jobDraft(eyes, "restic", lines) }];
}

/** borg remembers where each repository it trusts is: ~/.config/borg/security/ID/location. */
function borg(eyes: Eyes): Seen[] {
  return eyes.homes.flatMap((home) => {
    const folder = join(home, ".config/borg/security");
    return eyes.names(folder).flatMap((id) => {
      const location = eyes.read(join(folder, id, "location"))?.trim();
      if (location === undefined || location === "") return [];
      const where = withoutPassword(location);
      const lines = [`repository = ${quoted(where)}`, `passphrase = "file:borg.passphrase"`, `paths = ["/srv/data"]`];
      return [{ what: `borg repository ${where}`, why: NEEDS_HAND, draft: jobDraft(eyes, "borg", lines) }];
    });
  });
}

/** ssh://user:password@host is possible, and nobody's business here. */
function withoutPassword(location: string): string {
  return location.replace(/^([a-z+]+:\/\/[^:@/]*):[^@/]*@/, "$1@");
}

const kopiaConfig = z.object({ storage: z.object({ type: z.string() }) });

function kopia(eyes: Eyes): Seen[] {
  const files = [
    ...eyes.homes.map((home) => join(home, ".config/kopia/repository.config")),
    ...(eyes.env.APPDATA === undefined ? [] : [join(eyes.env.APPDATA, "kopia/repository.config")]),
  ];
  return files.flatMap((file) => {
    const type = storageIn(eyes.read(file));
    const draft = () => jobDraft(eyes, "kopia", [`password = "file:kopia.password"`, `paths = ["/srv/data"]`]);
    return type === undefined
      ? []
      : [{ what: `kopia repository (${type}), in ${file}`, why: NEEDS_HAND, draft: draft() }];
  });
}

function storageIn(text: string | undefined): string | undefined {
  try {
    const parsed = z.safeParse(kopiaConfig, JSON.parse(text ?? ""));
    return parsed.success ? parsed.data.storage.type : undefined;
  } catch {
    return undefined;
  }
}

function jobDraft(eyes: Eyes, kind: string, lines: readonly string[]): string {
  return `[[jobs]]
name = ${quoted(eyes.name(`offsite-${kind}`))}
kind = ${quoted(kind)}
from = "archive"
to = "offsite"
datasets = ["data"]                   # names of [[datasets]]
schedule = { cron = "30 4 * * *" }
grace = "2h"
window = "30h"
${lines.join("\n")}
`;
}
