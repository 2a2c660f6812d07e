/** The last lines of a tool's errors: where they say why it gave up, however much they said before. */
const KEPT = 40;

export interface LastLines {
  readonly push: (line: string) => void;
  readonly text: () => string;
}

export function lastLines(): LastLines {
  const lines: string[] = [];
  return {
    push: (line) => {
      lines.push(line);
      if (lines.length > KEPT) lines.shift();
    },
    text: () => lines.join("\n"),
  };
}
