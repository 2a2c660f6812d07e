/**
 * The chain: vessels under each other, with arrows that point down; where there is room for all tiers they stand side by
 * side, and where there is more, the arrows between them point to the right.
 */
const CHAIN = `
.chain { margin-top: 1.1rem; }
.chain h3 { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
.vessel time { white-space: normal; }
.vessel { position: relative; min-width: 0; border: 2px solid var(--glass); border-top: 0; border-radius: 2px 2px 1.5rem 1.5rem; background: var(--card); }
.vessel::before, .vessel::after { content: ""; position: absolute; top: -2px; width: 9px; height: 4px; border-radius: 2px; background: var(--glass); }
.vessel::before { left: -7px; }
.vessel::after { right: -7px; }
.vessel:is(.s-missed, .s-failed, .s-blocked) { border-color: var(--state); --glass: var(--state); }
.vessel:is(.s-unproven, .s-pending, .s-blocked) { border-style: dashed; border-top: 0; }
.source { border-style: dotted; border-top: 0; background: none; }
.liquid { position: absolute; inset: 0; width: 100%; height: 100%; border-radius: 0 0 1.4rem 1.4rem; }
.fill { fill: var(--in); }
.surface { fill: none; stroke: none; vector-effect: non-scaling-stroke; }
.ticks { stroke: var(--glass); stroke-width: 1; vector-effect: non-scaling-stroke; fill: none; }
.inside { position: relative; padding: 1.25rem 1.1rem 1rem .95rem; min-height: 8.6rem; }
.source .inside { min-height: 0; }
.top { display: flex; flex-wrap: wrap; justify-content: space-between; align-items: baseline; gap: 0 .6rem; }
.top .name { font-weight: 600; font-size: 1.05rem; }
.age { margin-top: .55rem; color: var(--soft); }
.age strong { font-size: 1.4rem; line-height: 1.2; font-weight: 600; letter-spacing: -.02em; color: var(--ink); }
.vessel .fact + .fact { margin-top: .1rem; }
.vessel .why { margin-top: .5rem; padding-top: .45rem; border-top: 1px solid var(--glass); font-size: .86rem; }
.hops { margin: .3rem 0; }
.hop { display: grid; grid-template-columns: 1.6rem 1fr; column-gap: .7rem; align-items: center; padding: .1rem 0; }
.hop > * { grid-column: 2; }
.hop > .pipe { grid-column: 1; grid-row: 1 / 9; height: 100%; min-height: 3.4rem; justify-self: center; position: relative;
  display: flex; flex-direction: column; align-items: center; gap: 3px; }
.line { flex: 1; width: 2px; min-height: .4rem; background: var(--state); }
.broken .line:last-of-type, .hop:is(.s-blocked, .s-pending, .s-paused) .line {
  background: repeating-linear-gradient(var(--state) 0 4px, transparent 4px 8px); }
.head { flex: none; width: 10px; height: 10px; margin-top: -5px; transform: rotate(90deg); fill: var(--state); }
.pipe .icon + .line + .head { margin-top: -6px; }
.job { font-weight: 600; font-size: .95rem; }
.on { font-size: .84rem; color: var(--soft); }
.hop .status { white-space: normal; }
.more { color: var(--soft); font-size: .84rem; padding-left: 2.3rem; }
`;

/** On a tablet held upright: side by side, and what fills a vessel above it. */
function narrowColumns(tiers: number, minimumEm: number, belowEm: number): string {
  return `
@media (min-width: ${minimumEm}em) and (max-width: ${belowEm - 0.01}em) {
  .n${tiers} { display: grid; grid-template-columns: repeat(${tiers}, minmax(0, 1fr)); grid-template-rows: auto 1fr; gap: 0 1.4rem; }
  .n${tiers} > li { display: grid; grid-row: span 2; grid-template-rows: subgrid; min-width: 0; }
  .n${tiers} .vessel { grid-row: 2; }
}`;
}

function columns(tiers: number, minimumEm: number): string {
  return `
@media (min-width: ${minimumEm}em) {
  .n${tiers} { --hop: 7.6rem; display: grid; align-items: stretch;
    grid-template-columns: minmax(0, calc((100% - var(--hop) * ${tiers - 1}) / ${tiers})) repeat(${tiers - 1}, minmax(0, 1fr)); }
  .n${tiers} > li { display: flex; min-width: 0; }
  .n${tiers} .vessel { flex: 1; min-width: 0; }
  .n${tiers} > li + li > .vessel:first-child { margin-left: var(--hop); }
  .n${tiers} .hops { width: var(--hop); flex: none; padding: 1.1rem .8rem 0 .9rem; margin: 0; }
  .n${tiers} .hop { display: block; }
  .n${tiers} .hop > * { display: block; }
  .n${tiers} .hop + .hop { margin-top: .8rem; }
  .n${tiers} .hop > .pipe { display: flex; flex-direction: row; justify-self: stretch; height: 1.1rem; min-height: 0; margin-bottom: .15rem; }
  .n${tiers} .line { width: auto; min-width: .5rem; min-height: 0; height: 2px; }
  .n${tiers} .broken .line:last-of-type, .n${tiers} .hop:is(.s-blocked, .s-pending, .s-paused) .line {
    background: repeating-linear-gradient(90deg, var(--state) 0 4px, transparent 4px 8px); }
  .n${tiers} .head, .n${tiers} .pipe .icon + .line + .head { margin: 0 0 0 -6px; transform: none; }
  .n${tiers} .hop .status { display: flex; }
  .n${tiers} .more { padding: .5rem 0 0; }
}`;
}

/** From which widths (in em) on chains of so many tiers have room; longer ones stay under each other. */
const COLUMNS = [
  [1, 44, 44],
  [2, 44, 44],
  [3, 44, 60],
  [4, 44, 72],
  [5, 60, 92],
] as const;

const SIDE_BY_SIDE = COLUMNS.map(([tiers, narrow, wide]) => narrowColumns(tiers, narrow, wide) + columns(tiers, wide));

export const CHAINS: string = CHAIN + SIDE_BY_SIDE.join("");
