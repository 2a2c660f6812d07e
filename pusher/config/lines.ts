/**
 * On which line of a TOML text does a key stand? The parser does not say, so this reads headers and keys again, just
 * well enough: it assumes text that the parser has accepted, and answers with the nearest enclosing line it knows
 * (keys inside inline tables and arrays stand at their outermost key).
 */

export type Path = readonly PropertyKey[];

const KEY = String.raw`(?:[A-Za-z0-9_-]+|"(?:[^"\\]|\\.)*"|'[^']*')`;
const DOTTED = String.raw`${KEY}(?:\s*\.\s*${KEY})*`;
const ARRAY_HEADER = new RegExp(String.raw`^\s*\[\[\s*(${DOTTED})\s*\]\]`);
const HEADER = new RegExp(String.raw`^\s*\[\s*(${DOTTED})\s*\]`);
const ASSIGNMENT = new RegExp(String.raw`^\s*(${DOTTED})\s*=`);

/** A function from a path into the parsed document to its line, counted from 1. */
export function lineFinder(toml: string): (path: Path) => number {
  const lines = linesByPath(toml);
  return (path) => {
    for (let length = path.length; length > 0; length -= 1) {
      const line = lines.get(nameOf(path.slice(0, length)));
      if (line !== undefined) return line;
    }
    return 1;
  };
}

function linesByPath(toml: string): Map<string, number> {
  const lines = new Map<string, number>();
  const tables = new Map<string, number>();
  let table: PropertyKey[] = [];
  let inside: Inside = { depth: 0 };
  const note = (path: Path, line: number) => {
    if (!lines.has(nameOf(path))) lines.set(nameOf(path), line);
  };
  for (const [index, text] of toml.split("\n").entries()) {
    if (inside.depth === 0 && inside.quote === undefined) {
      const array = ARRAY_HEADER.exec(text)?.[1];
      const header = array ?? HEADER.exec(text)?.[1];
      if (header !== undefined) {
        const keys = keysOf(header);
        table = array === undefined ? placed(keys, tables) : nextElement(keys, tables);
        note(table, index + 1);
        continue;
      }
      const keys = keysOf(ASSIGNMENT.exec(text)?.[1] ?? "");
      for (let length = 1; length <= keys.length; length += 1) note([...table, ...keys.slice(0, length)], index + 1);
    }
    inside = after(text, inside);
  }
  return lines;
}

function nameOf(path: Path): string {
  return JSON.stringify(path.map(String));
}

function keysOf(dotted: string): string[] {
  const keys = dotted.match(new RegExp(KEY, "g")) ?? [];
  return keys.map((key) => (/^["']/.test(key) ? key.slice(1, -1) : key));
}

/** `[jobs.limits]` under the last `[[jobs]]` is at `jobs`, its number, `limits`. */
function placed(keys: readonly string[], tables: ReadonlyMap<string, number>): PropertyKey[] {
  const path: PropertyKey[] = [];
  for (const key of keys) {
    path.push(key);
    const count = tables.get(nameOf(path));
    if (count !== undefined) path.push(count - 1);
  }
  return path;
}

function nextElement(keys: readonly string[], tables: Map<string, number>): PropertyKey[] {
  const path = [...placed(keys.slice(0, -1), tables), ...keys.slice(-1)];
  const count = tables.get(nameOf(path)) ?? 0;
  tables.set(nameOf(path), count + 1);
  return [...path, count];
}

interface Inside {
  /** Open brackets and braces of a value that goes over several lines. */
  readonly depth: number;
  /** The delimiter of a multi-line string that is still open. */
  readonly quote?: string;
}

/** What is still open at the end of a line. */
function after(text: string, before: Inside): Inside {
  let { depth, quote } = before;
  for (let at = 0; at < text.length; at += 1) {
    const triple = text.slice(at, at + 3);
    const char = text[at];
    if (quote !== undefined) {
      if (char === "\\" && quote.startsWith('"')) at += 1;
      else if (text.startsWith(quote, at)) {
        at += quote.length - 1;
        quote = undefined;
      }
    } else if (triple === '"""' || triple === "'''") {
      quote = triple;
      at += 2;
    } else if (char === '"' || char === "'") quote = char;
    else if (char === "#") break;
    else if (char === "[" || char === "{") depth += 1;
    else if (char === "]" || char === "}") depth -= 1;
  }
  return quote === undefined || quote.length === 1 ? { depth } : { depth, quote };
}
