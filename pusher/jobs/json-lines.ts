/**
 * A tool's output of one JSON value a line, of any length and in constant memory: lines are handed on as they come, and
 * one that is longer than any that a tool means is left out whole. What is no JSON is handed on as text: tools mix both.
 */
import { LINE_MAX_BYTES } from "../limits.ts";

const NEWLINE = 0x0a;

interface LineSink {
  /** One JSON object or array. Answers whether it shows that the tool moves on. */
  readonly value: (value: unknown) => boolean;
  /** Any other line, without spaces at its ends, never empty. Answers the same. */
  readonly text: (line: string) => boolean;
}

export interface LineReader {
  /** Takes output as it comes; answers whether any line that it completed shows that the tool moves on. */
  readonly push: (chunk: Uint8Array) => boolean;
  /** The output is over: hands on a last line that has no newline. */
  readonly end: () => void;
  /** Bytes of the line that is not over yet, which is all that is kept; for those who measure. */
  readonly held: () => number;
}

export function jsonLines(sink: LineSink): LineReader {
  let parts: Uint8Array[] = [];
  let held = 0;
  let tooLong = false;
  const keep = (part: Uint8Array) => {
    tooLong ||= held + part.length > LINE_MAX_BYTES;
    if (tooLong) parts = [];
    else parts.push(Uint8Array.from(part));
    held = tooLong ? 0 : held + part.length;
  };
  const flush = (): boolean => {
    const line = tooLong ? "" : Buffer.concat(parts).toString("utf8").trim();
    parts = [];
    held = 0;
    tooLong = false;
    return line === "" ? false : handOn(line, sink);
  };
  return {
    push: (chunk) => {
      let moved = false;
      let start = 0;
      for (let end = chunk.indexOf(NEWLINE); end !== -1; end = chunk.indexOf(NEWLINE, start)) {
        keep(chunk.subarray(start, end));
        moved = flush() || moved;
        start = end + 1;
      }
      if (start < chunk.length) keep(chunk.subarray(start));
      return moved;
    },
    end: () => void flush(),
    held: () => held,
  };
}

function handOn(line: string, sink: LineSink): boolean {
  if (!line.startsWith("{") && !line.startsWith("[")) return sink.text(line);
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return sink.text(line);
  }
  return sink.value(value);
}
