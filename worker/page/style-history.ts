/** The pages of one job, of incidents and of one of them: strips, charts, lists of what happened. */
export const HISTORY = `
.head-of { margin-top: clamp(1.2rem, 3vw, 2.2rem); max-width: 60rem; }
.head-of h1 .status { font-size: 1rem; letter-spacing: 0; }
.head-of h1 .icon { width: .8em; height: .8em; }
.head-of + section, main > section { margin-top: 2rem; }
.facts { display: flex; flex-wrap: wrap; gap: .6rem 2.5rem; margin-top: 1rem; }
dt { font-size: .8rem; color: var(--soft); }
.rows { display: grid; gap: .9rem; margin-top: .7rem; }
.rows svg { display: block; width: 100%; }
.strip path { fill: var(--state); }
.strip .under { fill: var(--soft); }
.legend { display: flex; flex-wrap: wrap; gap: .3rem 1.3rem; margin-top: .7rem; color: var(--soft); font-size: .84rem; }
.legend li { display: flex; align-items: center; gap: .45em; }
.legend svg { height: 1.3em; width: auto; flex: none; }
.legend svg:has(.under) { height: .8em; }
.brand a { text-decoration: none; }
details { margin-top: .8rem; }
summary { cursor: pointer; font-size: .9rem; }
.plain { margin-top: .4rem; font-size: .9rem; columns: 22rem; }
.plain li { padding: .12rem 0; break-inside: avoid; }
.charts { display: grid; grid-template-columns: minmax(0, 1fr); gap: 1.4rem 2rem; margin: .7rem 0 1rem; }
.chart svg { display: block; width: 100%; height: 7.5rem; margin-top: .35rem; overflow: visible; }
.chart path { vector-effect: non-scaling-stroke; }
.ground { stroke: var(--line); stroke-width: 1; }
.band { fill: var(--in-ok); }
.run { fill: none; stroke: var(--ok); stroke-width: 1.5; opacity: .55; stroke-linejoin: round; }
.dots { fill: none; stroke: var(--ok); stroke-width: 5; stroke-linecap: round; }
.bad { fill: none; stroke: var(--bad); stroke-width: 2; }
.axis time { white-space: normal; max-width: 48%; }
.axis { display: flex; justify-content: space-between; gap: 1rem; color: var(--soft); font-size: .8rem; }
.older { font-size: .9rem; padding-top: .8rem; }
pre { font: .84rem/1.5 ui-monospace, "Cascadia Mono", Menlo, Consolas, monospace; background: var(--card); border: 1px solid var(--line);
  border-radius: 6px; padding: .9rem 1rem; margin-top: .6rem; white-space: pre-wrap; overflow-wrap: anywhere; }
.incidents li { display: flex; gap: .6rem; padding: .55rem 0; border-bottom: 1px solid var(--line); }
.incidents .icon { margin-top: .25em; }
.tree { margin-top: .6rem; }
.tree li { padding: .2rem 0; }
.tree .note { margin-top: 0; }
.tree ul { margin-left: .55rem; padding-left: 1.15rem; border-left: 2px solid var(--line); }
.timeline { margin-top: .6rem; border-left: 2px solid var(--line); margin-left: .3rem; }
.timeline li { position: relative; padding: .45rem 0 .45rem 1.3rem; }
.timeline li::before { content: ""; position: absolute; left: -6px; top: .95rem; width: 10px; height: 10px; border-radius: 5px;
  background: var(--paper); border: 2px solid var(--soft); }
.timeline .h-opened::before { border-color: var(--bad); background: var(--bad); border-radius: 1px; }
.timeline .h-closed::before { border-color: var(--ok); background: var(--ok); }
.timeline .at { display: block; }
.timeline .icon { position: relative; top: .12em; }
nav.pages { display: flex; gap: 1.2rem; flex: 1; }
nav.pages a { padding: .3rem 0; }
#old { border: 1px solid var(--late); border-radius: 6px; padding: .5rem .8rem; margin-top: 1rem; background: var(--wash-late); }
.hidden { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
@media (min-width: 44em) {
  .rows { grid-template-columns: repeat(3, 1fr); gap: 1.1rem; }
  .charts { grid-template-columns: repeat(auto-fit, minmax(20rem, 1fr)); }
  .timeline li { display: grid; grid-template-columns: 11rem 1fr; }
}
@media (min-width: 56em) {
  .runs th:nth-child(1) { width: 21%; } .runs th:nth-child(2) { width: 15%; } .runs th:nth-child(3) { width: 10%; } .runs th:nth-child(4) { width: 22%; }
}
@media (forced-colors: active) {
  .strip path, .strip .under { fill: CanvasText; }
  .run, .dots, .bad { stroke: CanvasText; }
  .band { fill: none; stroke: CanvasText; stroke-dasharray: 3 3; }
}
`;
