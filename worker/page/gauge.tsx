/** How much of its window a copy has used: a thin bar, and past the window a mark where it should have ended. */
import { raw } from "hono/html";

interface Props {
  /** Null: no data is proven, and the bar is empty. */
  readonly ageMs: number | null;
  readonly windowMs: number;
}

/** Decoration: age and window stand beside it in words. */
export function Gauge({ ageMs, windowMs }: Props) {
  const age = Math.max(0, ageMs ?? 0);
  const scale = 100 / Math.max(age, windowMs);
  const [used, end] = [percent(Math.min(age, windowMs) * scale), percent(windowMs * scale)];
  const over = `<rect class="over" x="${end}" width="${percent(100 - end)}" height="4"></rect>`;
  const mark = `<rect class="end" x="${end}" width="0.8" height="4"></rect>`;
  return raw(
    `<svg class="gauge" viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true">` +
      `<rect class="track" width="100" height="4"></rect>` +
      (ageMs === null ? "" : `<rect class="used" width="${used}" height="4"></rect>`) +
      `${age > windowMs ? over + mark : ""}</svg>`,
  );
}

function percent(value: number): number {
  return Math.round(value * 10) / 10;
}
