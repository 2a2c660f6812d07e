/**
 * What Robocopy says, in any language of Windows: nothing is read by its words. An error is a number with its hexadecimal form,
 * and a path; the summary, behind the last line of dashes, is rows of six numbers in a fixed order.
 */
import { type Few, few } from "./few.ts";
import { lastLines } from "./last-lines.ts";
import { type LineReader, lines } from "./lines.ts";

/** One row of the summary. `extras` are only in the target. */
export interface Row {
  readonly total: number;
  readonly copied: number;
  readonly skipped: number;
  readonly mismatched: number;
  readonly failed: number;
  readonly extras: number;
}

export interface Summary {
  readonly folders: Row;
  readonly files: Row;
  readonly bytes?: Row;
}

/** A file or folder that Robocopy had trouble with, by the system's error code. */
export interface Trouble {
  readonly code: number;
  readonly path: string;
}

export interface RobocopyReport {
  readonly stdout: LineReader;
  /** Undefined when Robocopy did not come to it. */
  readonly summary: () => Summary | undefined;
  /** Its last lines: where there is no summary, they say why. */
  readonly said: () => string;
  /** What went wrong last. */
  readonly last: () => Trouble | undefined;
  /** Names of what failed in the first attempt and in each of so many further ones; all that failed at all when none did. */
  readonly failures: (retries: number, name: (trouble: Trouble) => string) => Few;
}

const DASHES = /^-{20,}$/;
/** `45.476 g` without /BYTES, whole numbers with it. */
const VALUE = "(\\d[\\d.,]*(?: [kmgtp])?)";
const ROW = new RegExp(`^[^:：]+[:：]\\s*${Array(6).fill(VALUE).join("\\s+")}$`);
/** `2026/09/06 19:05:12 ERRO 5 (0x00000005) Copiando Arquivo C:\src\.env` */
const ERROR = /(?:^|\s)(\d+) \(0x[0-9A-Fa-f]{8}\)\s+(.*)$/;
const PATH = /(?:[A-Za-z]:\\|\\\\).*$/;
const PERCENT = /^\d+(?:[.,]\d+)?%$/;
/** So many paths with trouble are told apart. */
const PATHS_MAX = 10_000;

/** A reader of one call; `log` gets the errors, each with the line of explanation that follows it. */
export function robocopyReport(log: (line: string) => void, codePage: number | undefined): RobocopyReport {
  const troubles = new Map<string, Trouble & { attempts: number }>();
  let rows: Row[] = [];
  let last: Trouble | undefined;
  let percent = "";
  let explains = false;
  const note = (code: number, rest: string): void => {
    const path = PATH.exec(rest)?.[0] ?? rest;
    last = { code, path };
    const known = troubles.get(path);
    if (known !== undefined) known.attempts += 1;
    else if (troubles.size < PATHS_MAX) troubles.set(path, { code, path, attempts: 1 });
  };
  const said = lastLines();
  const take = (line: string): boolean => {
    said.push(line);
    if (explains) log(line);
    explains = false;
    const [, code, rest = ""] = ERROR.exec(line) ?? [];
    if (code !== undefined) {
      log(line);
      note(Number(code), rest);
      explains = true;
      return false;
    }
    if (DASHES.test(line)) rows = [];
    const row = ROW.exec(line);
    if (row !== null) rows.push(rowOf(row.slice(1)));
    const moved = line.includes("\t") || (PERCENT.test(line) && line !== percent);
    percent = PERCENT.test(line) ? line : percent;
    return moved;
  };
  return {
    stdout: lines(take, codePage),
    last: () => last,
    said: said.text,
    summary: () => {
      const [folders, files, bytes] = rows;
      if (folders === undefined || files === undefined) return undefined;
      return { folders, files, ...(bytes === undefined ? {} : { bytes }) };
    },
    failures: (retries, name) => {
      const all = [...troubles.values()];
      const failed = all.filter(({ attempts }) => attempts > retries);
      const names = few();
      for (const one of failed.length === 0 ? all : failed) names.add(name(one));
      return names;
    },
  };
}

function rowOf(values: readonly string[]): Row {
  const [total = 0, copied = 0, skipped = 0, mismatched = 0, failed = 0, extras = 0] = values.map(numberOf);
  return { total, copied, skipped, mismatched, failed, extras };
}

const UNITS = ["", "k", "m", "g", "t", "p"];

/** The last separator of a number with a unit is that of its decimals; a whole number has none but those of thousands. */
function numberOf(text: string): number {
  const [digits = "", unit = ""] = text.split(" ");
  if (unit === "") return Number(digits.replaceAll(/[.,]/g, ""));
  const plain = digits.replaceAll(/[.,](?=.*[.,])/g, "").replace(",", ".");
  return Math.round(Number(plain) * 1024 ** UNITS.indexOf(unit));
}
