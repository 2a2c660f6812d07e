import { describe, expect, it, test } from "vitest";
import { lineOf, progressLine, sizeText, timeText } from "../../pusher/progress-line.ts";

const ERASE = "\r\u001b[K";

/** A terminal whose clock is turned by hand. */
function terminal(columns = 80) {
  let at = 0;
  let text = "";
  let draw: (() => void) | undefined;
  return {
    write: (more: string) => {
      text += more;
    },
    columns: () => columns,
    elapsed: () => at,
    each: (_: number, call: () => void) => {
      draw = call;
      return () => {
        draw = undefined;
      };
    },
    pass: (ms: number) => {
      at += ms;
      draw?.();
    },
    text: () => text,
  };
}

/** What stands on the screen's line after all that was written. */
const shown = (text: string) => text.split(ERASE).at(-1);

describe("the line of a run on a terminal", () => {
  it("says the phase, the bytes, the rate of the last seconds and the time", () => {
    const screen = terminal();
    const line = progressLine("nightly", screen);
    screen.pass(1_000);
    expect(shown(screen.text())).toBe("nightly starts: 1 s");
    line.phase("carries");
    line.carried(600_000_000);
    line.carried(600_000_000);
    screen.pass(1_000);
    expect(shown(screen.text())).toBe("nightly carries: 1.2 GB, 1.2 GB/s, 2 s");
    for (let seconds = 0; seconds < 10; seconds += 1) screen.pass(1_000);
    expect(shown(screen.text())).toBe("nightly carries: 1.2 GB, 0 B/s, 12 s");
    line.total(5);
    screen.pass(50_000);
    expect(shown(screen.text())).toBe("nightly carries: 5 B, 0 B/s, 1 min 2 s");
  });

  it("is gone before anything else is written, and for good at the end", () => {
    const screen = terminal();
    const line = progressLine("nightly", screen);
    screen.pass(1_000);
    line.hide();
    screen.write("output\n");
    line.hide();
    expect(screen.text().endsWith(`1 s${ERASE}output\n`)).toBe(true);
    screen.pass(1_000);
    line.over();
    screen.pass(1_000);
    expect(shown(screen.text())).toBe("");
  });

  it("never fills the last column, where some terminals wrap", () => {
    const screen = terminal(12);
    progressLine("nightly", screen);
    screen.pass(1_000);
    expect(shown(screen.text())).toBe("nightly st…");
  });
});

test.each([
  [0, "0 B"],
  [999, "999 B"],
  [1_000, "1.0 kB"],
  [9_960, "10 kB"],
  [999_499, "999 kB"],
  [999_500, "1.0 MB"],
  [34_000_000, "34 MB"],
  [5e18, "5000 PB"],
])("%i bytes are %s", (bytes, text) => {
  expect(sizeText(bytes)).toBe(text);
});

test.each([
  [999, "0 s"],
  [72_000, "1 min 12 s"],
  [7_500_000, "2 h 5 min"],
])("%i ms are %s", (ms, text) => {
  expect(timeText(ms)).toBe(text);
});

test("without bytes there is no rate", () => {
  expect(lineOf({ job: "disks", phase: "looks", bytes: 0, rate: 0, tookMs: 5_000 })).toBe("disks looks: 5 s");
});
