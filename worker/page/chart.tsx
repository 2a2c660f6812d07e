/**
 * One quantity of a job's newest runs, drawn over time with the band of what was usual, and the same in a table beside it. Lines
 * and dots keep their thickness however wide the drawing is; text stands in HTML, so that it keeps its size, too.
 */
import { raw } from "hono/html";
import type { Quantity } from "../judge/anomaly-words.ts";
import type { Drawn, Series } from "../judge/usual.ts";
import { size, span } from "../judge/words.ts";
import { Moment } from "./time.tsx";

const WIDTH = 600;
const HEIGHT = 120;
/** Fewer points than this make no picture. */
const DRAWN_MIN = 3;
/** Room for half a dot at each edge. */
const EDGE = 4;

const TITLES: Record<Quantity, string> = { seconds: "Duration", bytes: "Moved", files: "Files", deletions: "Deleted" };

function told(quantity: Quantity, value: number): string {
  if (quantity === "seconds") return span(value * 1000);
  return quantity === "bytes" ? size(value) : String(Math.round(value));
}

export function Charts({ series }: { series: readonly Series[] }) {
  if (series.length === 0) return null;
  return (
    <section>
      <h2>The last runs beside what is usual</h2>
      <div class="charts">
        {series
          .filter(({ points }) => points.length >= DRAWN_MIN)
          .map((one) => (
            <Chart series={one} />
          ))}
      </div>
      <Table series={series} />
    </section>
  );
}

function Chart({ series }: { series: Series }) {
  const { quantity, points } = series;
  const [first, last] = [points[0], points.at(-1)];
  if (first === undefined || last === undefined) return null;
  const most = Math.max(...points.map(({ value }) => value), 0);
  return (
    <figure class="chart">
      <figcaption>
        <strong>{TITLES[quantity]}</strong> <span class="at">up to {told(quantity, most)}</span>
      </figcaption>
      {raw(drawing(series, most))}
      <p class="axis">
        <Moment at={first.at} /> <Moment at={last.at} />
      </p>
    </figure>
  );
}

function drawing({ quantity, points }: Series, most: number): string {
  const [from, to] = [points[0]?.at ?? 0, points.at(-1)?.at ?? 0];
  const top = Math.max(most, ...points.map(({ usual }) => usual?.high ?? 0)) || 1;
  const x = (at: number) => round(EDGE + ((at - from) / Math.max(1, to - from)) * (WIDTH - 2 * EDGE));
  const y = (value: number) => round(HEIGHT - EDGE - (value / top) * (HEIGHT - 2 * EDGE));
  const line = points.map(({ at, value }) => `${x(at)} ${y(value)}`).join("L");
  const dots = (of: readonly Drawn[]) => of.map(({ at, value }) => `M${x(at)} ${y(value)}h0`).join("");
  const banded = points.flatMap(({ at, usual }) => (usual === null ? [] : [{ at, usual }]));
  const upper = banded.map(({ at, usual }) => `${x(at)} ${y(usual.high)}`);
  const lower = banded.map(({ at, usual }) => `${x(at)} ${y(usual.low)}`).reverse();
  const band = banded.length < 2 ? "" : `<path class="band" d="M${[...upper, ...lower].join("L")}z"></path>`;
  const bad = points.filter(({ isBad }) => isBad);
  const label = `${TITLES[quantity]} of the last ${points.length} runs; the table below tells the same`;
  return (
    `<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" preserveAspectRatio="none" role="img" aria-label="${label}">` +
    `<path class="ground" d="M0 ${HEIGHT - 1}H${WIDTH}"></path>${band}<path class="run" d="M${line}"></path>` +
    `<path class="dots" d="${dots(points.filter(({ isBad }) => !isBad))}"></path>` +
    `<path class="bad" d="${bad.map(({ at, value }) => cross(x(at), y(value))).join("")}"></path></svg>`
  );
}

function cross(x: number, y: number): string {
  return `M${x - 4} ${y - 4}l8 8m0-8l-8 8`;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

function Table({ series }: { series: readonly Series[] }) {
  return (
    <table class="usual">
      <caption>In numbers</caption>
      <thead>
        <tr>
          <th scope="col">Of the last runs</th>
          <th scope="col">Last</th>
          <th scope="col">Usual</th>
          <th scope="col">Least and most</th>
          <th scope="col">Runs</th>
        </tr>
      </thead>
      <tbody>
        {series.map(({ quantity, points, usual }) => {
          const values = points.map(({ value }) => value);
          const say = (value: number) => told(quantity, value);
          return (
            <tr>
              <th scope="row">{TITLES[quantity]}</th>
              <td data-label="Last">{say(values.at(-1) ?? 0)}</td>
              <td data-label="Usual">
                {usual === null
                  ? "not yet known"
                  : `${say(usual.low)} to ${say(usual.high)}, mostly ${say(usual.median)}`}
              </td>
              <td data-label="Least and most">
                {say(Math.min(...values))} and {say(Math.max(...values))}
              </td>
              <td data-label="Runs">{points.length}</td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}
