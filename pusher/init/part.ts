/** What one look at the machine found: lines for the owner, and tables of pusher.toml that work as they are. */
import type { Ended } from "../jobs/job.ts";

export interface Part {
  /** What is there. */
  readonly found: readonly string[];
  /** What of it stands in no table, and why. */
  readonly leftOut: readonly string[];
  /** Tables that work as they are. */
  readonly tables: readonly string[];
  /** Tables that need the owner's hand first: they are written as comments. */
  readonly drafts: readonly string[];
}

export const NOTHING: Part = { found: [], leftOut: [], tables: [], drafts: [] };

/** What a look may do: ask programs that answer soon, and read small files. Whatever is not there is undefined. */
export interface Eyes {
  readonly platform: NodeJS.Platform;
  /** The homes whose programs' settings are looked for. */
  readonly homes: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  /** What a program prints; undefined when it is not there, fails, or takes too long. */
  readonly ask: (...argv: readonly string[]) => Promise<string | undefined>;
  readonly read: (path: string) => string | undefined;
  /** Names in a folder; none where there is no such folder. */
  readonly names: (path: string) => readonly string[];
  /** A name for a table, made from any text, that none has yet. */
  readonly name: (text: string) => string;
}

/** What a program printed, if it came to a good end. */
export function outputOf({ exitCode, stdout }: Ended): string | undefined {
  return exitCode === 0 ? stdout : undefined;
}

/** A namer: `name` of the protocol (lower-case letters, digits, inner hyphens), each once. */
export function namer(maxChars: number): (text: string) => string {
  const taken = new Set<string>();
  return (text) => {
    const plain = text
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, "-")
      .replace(/^-+|-+$/g, "");
    const base = plain.slice(0, maxChars - 4).replace(/-+$/, "") || "x";
    let name = base;
    for (let count = 2; taken.has(name); count += 1) name = `${base}-${count}`;
    taken.add(name);
    return name;
  };
}

/** A text as TOML has it: a basic string, which is JSON's. */
export function quoted(text: string): string {
  return JSON.stringify(text).replaceAll("\u007f", "\\u007f");
}
