/**
 * The import statements of a formatted TypeScript file, read by their lines: the formatter leaves a static import either
 * on one line or ending in a line `} from "…";`. A statement that isn't understood is told, never passed over.
 */

export interface ReadImports {
  /** Module specifiers, as written. */
  readonly specifiers: readonly string[];
  /** Lines that begin an import which could not be read, such as `import(name)`. */
  readonly unreadable: readonly string[];
  /** What is left of the file without comments, imports and re-exports. */
  readonly rest: string;
}

const BLOCK_COMMENT = /^\s*\{?\/\*[\s\S]*?\*\/\}?$/gm;
const LINE_COMMENT = /^\s*\/\/.*$/gm;
const STATIC =
  /^(?:import|export)(?: type)? (?:\w+, )?(?:\{[^}]*\}|\w+|\*(?: as \w+)?)(?:, \{[^}]*\})? from "([^"]+)";$/gm;
const BARE = /^import "([^"]+)";$/gm;
const DYNAMIC = /\bimport\("([^"]+)"\)/g;
const ANY = /^.*(?:^import\b|\bimport\s*\(|^export (?:\*|\{[^}]*\} from)|\brequire\().*$/gm;

export function withoutComments(text: string): string {
  return text.replace(BLOCK_COMMENT, "").replace(LINE_COMMENT, "");
}

export function readImports(text: string): ReadImports {
  const specifiers: string[] = [];
  const take = (_: string, specifier: string) => {
    specifiers.push(specifier);
    return "";
  };
  const rest = withoutComments(text).replace(STATIC, take).replace(BARE, take);
  const unreadable = rest.replace(DYNAMIC, take).match(ANY) ?? [];
  return { specifiers, unreadable: unreadable.map((line) => line.trim()), rest };
}
