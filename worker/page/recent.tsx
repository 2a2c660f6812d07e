/** The newest runs of a job as a row of marks, for a glance: each outcome has a shape of its own, and words say the same. */
import { raw } from "hono/html";
import type { RunStatus } from "../../protocol/heartbeat.ts";
import { recentWords } from "../judge/recent.ts";

const STEP = 6;

/** Drawn on 4 by 16 at the given place. */
const MARKS: Record<RunStatus, (x: number) => string> = {
  succeeded: (x) => `M${x} 2h4v12h-4z`,
  warned: (x) => `M${x} 2h4v12h-4zM${x + 1} 4v3h2v-3z`,
  failed: (x) => `M${x} 1h4v5h-4zM${x} 10h4v5h-4z`,
  timed_out: (x) => `M${x} 1h4v5h-4zM${x} 10h4v5h-4z`,
  skipped: (x) => `M${x} 12h4v2h-4z`,
  started: (x) => `M${x} 2h4v12h-4zM${x + 1} 3v10h2v-10z`,
};

const CLASSES: Record<RunStatus, string> = {
  succeeded: "s-ok",
  warned: "s-late",
  failed: "s-failed",
  timed_out: "s-failed",
  skipped: "s-paused",
  started: "s-pending",
};

export function Recent({ runs }: { runs: readonly RunStatus[] }) {
  return raw(drawnRuns(runs));
}

/** Most jobs have nothing but good runs behind them: what was drawn once is kept. */
const DRAWN = new Map<string, string>();
const DRAWN_MAX = 500;

/** The same as text. */
export function drawnRuns(runs: readonly RunStatus[]): string {
  if (runs.length === 0) return "–";
  const name = runs.join(" ");
  const known = DRAWN.get(name);
  if (known !== undefined) return known;
  if (DRAWN.size >= DRAWN_MAX) DRAWN.clear();
  const made = draw(runs);
  DRAWN.set(name, made);
  return made;
}

function draw(runs: readonly RunStatus[]): string {
  const paths = new Map<string, string>();
  runs.forEach((status, i) => {
    paths.set(CLASSES[status], (paths.get(CLASSES[status]) ?? "") + MARKS[status](i * STEP));
  });
  const drawn = [...paths].map(([name, d]) => `<path class="${name}" fill-rule="evenodd" d="${d}"></path>`).join("");
  const box = `viewBox="0 0 ${runs.length * STEP} 16" role="img" aria-label="${recentWords(runs)}"`;
  return `<svg class="recent" ${box}>${drawn}</svg>`;
}
