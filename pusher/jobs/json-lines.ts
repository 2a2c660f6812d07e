/** A tool's output of one JSON value a line. What is no JSON is handed on as text: tools mix both. */
import { type LineReader, lines } from "./lines.ts";

interface LineSink {
  /** One JSON object or array. Answers whether it shows that the tool moves on. */
  readonly value: (value: unknown) => boolean;
  /** Any other line, without spaces at its ends, never empty. Answers the same. */
  readonly text: (line: string) => boolean;
}

export function jsonLines(sink: LineSink): LineReader {
  return lines((line) => handOn(line, sink));
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
