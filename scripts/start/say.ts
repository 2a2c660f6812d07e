/** What the demo says on the terminal: few lines, colours only where a terminal shows them and NO_COLOR is not set. */
import { styleText } from "node:util";
import type { ReceivedAlert } from "./receiver.ts";

export interface Say {
  readonly line: (text: string) => void;
  /** Something that does not end the demo, with what to do. */
  readonly trouble: (text: string) => void;
  /** An alert as it arrived, set off from the rest. */
  readonly alert: (alert: ReceivedAlert) => void;
  /** From now on only `last` is heard: what still runs is being ended, and its complaints mean nothing. */
  readonly hush: () => void;
  readonly last: (text: string) => void;
}

type Style = Parameters<typeof styleText>[0];

/** How each type of alert begins, and its colour. */
const HEADS: Readonly<Record<string, readonly [string, Style]>> = {
  "incident.opened": ["ALERT", "red"],
  "incident.reminder": ["REMINDER", "red"],
  "incident.closed": ["CLOSED", "green"],
  test: ["TEST", "cyan"],
};
const NOTICE = ["NOTICE", "yellow"] as const;

export function sayTo(stream: NodeJS.WritableStream): Say {
  let hushed = false;
  const write = (text: string) => stream.write(`${text}\n`);
  const style = (how: Style, text: string) => styleText(how, text, { stream });
  const unlessHushed = (text: string) => {
    if (!hushed) write(text);
  };
  return {
    line: unlessHushed,
    trouble: (text) => unlessHushed(style("yellow", text)),
    alert: ({ type, data }) => {
      const [head, colour] = HEADS[type] ?? NOTICE;
      const lines = [style("bold", `${head}: ${data.title}`), ...data.lines];
      unlessHushed(["", ...lines.map((line) => `${style(colour, "  |")} ${line}`), ""].join("\n"));
    },
    hush: () => {
      hushed = true;
    },
    last: write,
  };
}
