/**
 * The one stylesheet. A strict policy (`style-src 'self'`) allows no inline style, so grid columns are classes. Colour
 * never stands alone: shape and word say the same. Contrast is held by test/site/page.test.ts in light and in dark.
 */

const COLOURS = `
:root {
  color-scheme: light dark;
  --paper: #f5f3ee; --card: #fffdf9; --ink: #1c2126; --soft: #565d66; --line: #dcd7cc; --track: #e7e3d9;
  --ok: #1d5c43; --late: #7d5200; --bad: #a3241b; --held: #57468c; --still: #565d66;
  --wash-bad: #fbeae6; --wash-late: #faf0da;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #101418; --card: #171c22; --ink: #e9e6df; --soft: #a3abb5; --line: #2b323b; --track: #28303a;
    --ok: #7fd0a8; --late: #e6b75c; --bad: #ff9385; --held: #bfb0f2; --still: #a3abb5;
    --wash-bad: #2c1b1c; --wash-late: #2a2417;
  }
}
.stale { --ok: var(--still); }
.s-ok { --state: var(--ok); }
.s-late, .s-degraded { --state: var(--late); }
.s-missed, .s-failed { --state: var(--bad); }
.s-blocked { --state: var(--held); }
.s-pending, .s-paused, .s-unproven, .s-live { --state: var(--still); }
`;

const BASE = `
*, ::before, ::after { box-sizing: border-box; }
* { margin: 0; padding: 0; }
html { font: clamp(1rem, .9rem + .22vw, 1.5rem)/1.45 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif;
  background: var(--paper); color: var(--ink); font-variant-numeric: tabular-nums; overflow-wrap: anywhere;
  -webkit-text-size-adjust: 100%; }
body { max-width: 78rem; margin: 0 auto; padding: 1.1rem clamp(1rem, 3vw, 2.5rem) 3rem; }
ul, ol { list-style: none; }
a { color: inherit; text-underline-offset: .2em; text-decoration-thickness: 1px; }
a:hover { text-decoration-thickness: 2px; }
:focus-visible { outline: 2px solid var(--ink); outline-offset: 3px; border-radius: 2px; }
code { font: .92em ui-monospace, "Cascadia Mono", Menlo, Consolas, monospace; background: var(--track);
  border-radius: 3px; padding: .1em .3em; -webkit-box-decoration-break: clone; box-decoration-break: clone; }
.icon { width: 1em; height: 1em; flex: none; fill: currentColor; color: var(--state); }
.status { display: inline-flex; align-items: center; gap: .35em; color: var(--state); font-size: .86rem; white-space: nowrap; }
.at, .note, .fact { color: var(--soft); font-size: .84rem; }
.at, time { white-space: nowrap; }
.note { display: block; font-weight: 400; }
header, footer { display: flex; flex-wrap: wrap; justify-content: space-between; gap: .3rem 1.5rem; color: var(--soft);
  font-size: .86rem; }
.brand { display: flex; align-items: center; gap: .5em; color: var(--ink); font-weight: 600; letter-spacing: .01em; }
.sign { width: 1.15em; height: 1.15em; fill: var(--ok); }
footer { margin-top: 3.5rem; padding-top: 1rem; border-top: 1px solid var(--line); }
footer a + a { margin-left: 1em; }
h2, h3, caption { font-size: .86rem; font-weight: 600; color: var(--soft); text-align: left; }
article { margin-top: 2.6rem; padding-top: 1.1rem; border-top: 1px solid var(--line); }
article > h2 { font-size: 1.25rem; color: var(--ink); letter-spacing: -.01em; }
article > section { margin-top: 1.6rem; }
`;

const VERDICT = `
.verdict { display: flex; gap: .7rem; margin: clamp(1.8rem, 5vw, 3.6rem) 0 clamp(1.4rem, 3vw, 2.4rem); max-width: 60rem; }
.verdict > .icon { width: 1.5rem; height: 1.5rem; margin-top: .36rem; }
h1 { font-size: clamp(1.4rem, 1.1rem + 1.4vw, 2.1rem); line-height: 1.22; font-weight: 500; letter-spacing: -.022em;
  text-wrap: balance; }
.loss { margin-top: .55rem; font-size: 1.08rem; color: var(--soft); text-wrap: pretty; }
.told { margin-top: .8rem; max-width: 70ch; }
.notice, .incident { border: 1px solid var(--line); border-left: 4px solid var(--late); border-radius: 6px;
  background: var(--wash-late); padding: .8rem 1rem; margin-top: .8rem; }
.notice h2, .incident h3 { display: flex; gap: .5em; align-items: baseline; font-size: 1rem; color: var(--ink); }
.notice .icon, .incident .icon { position: relative; top: .12em; }
.notice > p, .notice > ul, .incident > p { margin-top: .3rem; max-width: 84ch; }
.notice li + li { margin-top: .25rem; }
.incident.critical { border-left-color: var(--bad); background: var(--wash-bad); }
.incident .at { color: inherit; }
.severity { font-weight: 600; }
.next { padding-top: .4rem; }
.open { margin-top: 1.2rem; }
.steps ol { margin-top: .6rem; padding-left: 1.4rem; list-style: decimal; max-width: 70ch; }
.steps li + li { margin-top: .5rem; }
.sites li { display: flex; gap: .5rem; padding: .3rem 0; }
.sites .icon { margin-top: .25rem; }
.proofs { margin-top: 2.6rem; }
.closed li { padding: .45rem 0; border-bottom: 1px solid var(--line); display: flex; flex-wrap: wrap; gap: 0 1rem;
  justify-content: space-between; }
`;

/** Vessels under each other; the arrow of a hop points down. */
const CHAINS = `
.tiers { display: grid; grid-template-columns: repeat(auto-fit, minmax(8.5rem, 1fr)); gap: .6rem 1rem; margin-top: .6rem; }
.tiers .name { display: block; font-weight: 600; }
.chain { margin-top: 1.2rem; }
h4 { font-size: 1.05rem; font-weight: 600; letter-spacing: -.005em; margin-bottom: .5rem; }
.vessel { border: 1px solid var(--line); border-top: 2px solid var(--state, var(--line)); border-radius: 3px 3px 12px 12px;
  background: var(--card); padding: .6rem .8rem .75rem; }
.birth .vessel { background: none; border-style: dashed; border-color: var(--soft); border-top-width: 1px; }
.top { display: flex; flex-wrap: wrap; justify-content: space-between; align-items: baseline; gap: 0 .6rem; }
.top .name { font-weight: 600; }
.vessel .at { white-space: normal; }
.age { margin-top: .35rem; color: var(--soft); }
.age strong { font-size: 1.22rem; font-weight: 600; letter-spacing: -.015em; color: var(--ink); white-space: nowrap; }
.gauge { display: block; width: 100%; height: 5px; border-radius: 3px; margin: .35rem 0 .3rem; }
.track { fill: var(--track); }
.used { fill: var(--state); }
.over { fill: var(--state); opacity: .45; }
.end { fill: var(--ink); }
.why { margin-top: .45rem; padding-top: .45rem; border-top: 1px solid var(--line); font-size: .88rem; }
.hop { display: grid; grid-template-columns: 1.6rem 1fr; column-gap: .5rem; align-items: center; }
.pipe { grid-row: 1 / 3; height: 100%; min-height: 3rem; width: 2px; justify-self: center; position: relative;
  background: var(--state); }
.head { position: absolute; bottom: -1px; left: -4px; width: 10px; height: 10px; transform: rotate(90deg); fill: var(--state); }
.hop.s-missed .pipe, .hop.s-failed .pipe, .hop.s-blocked .pipe, .hop.s-pending .pipe {
  background: repeating-linear-gradient(var(--state) 0 5px, transparent 5px 9px); }
.job { font-size: .92rem; font-weight: 600; align-self: end; }
.on { font-size: .84rem; color: var(--soft); align-self: start; }
.on .status { margin-left: .4em; font-size: inherit; }
`;

/** Where there is room for all tiers side by side they become columns, and arrows point to the right. */
function columnsCss(tiers: number, minimumEm: number): string {
  const columns = Array.from({ length: tiers }, (_, i) => i + 1);
  return `
@media (min-width: ${minimumEm}em) {
  .n${tiers} { --hop: 6.4rem; display: grid; gap: 0;
    grid-template-columns: minmax(0, calc((100% - var(--hop) * ${tiers - 1}) / ${tiers})) repeat(${tiers - 1}, minmax(0, 1fr)); }
  .n${tiers} > li { display: flex; align-items: stretch; min-width: 0; }
  .n${tiers} > .birth:not(.c1) { padding-left: var(--hop); }
  .n${tiers}.tiers { padding-bottom: .6rem; border-bottom: 1px solid var(--line); }
  .n${tiers}.tiers > li { flex-wrap: wrap; gap: 0 .6rem; justify-content: space-between; align-items: baseline; }
  .n${tiers}.tiers > li + li { padding-left: var(--hop); }
  .n${tiers} .vessel { flex: 1; min-width: 0; }
  .n${tiers} .vessel .top .name { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  .n${tiers} .birth .vessel { align-self: flex-start; }
  .n${tiers} .hops { width: var(--hop); flex: none; padding-top: .35rem; }
  .n${tiers} .hop { grid-template-columns: 1fr; padding: 0 .5rem; row-gap: .2rem; }
  .n${tiers} .hop + .hop { margin-top: .6rem; }
  .n${tiers} .pipe { grid-row: auto; height: 2px; min-height: 0; width: auto; justify-self: stretch; margin: .2rem 0; }
  .n${tiers} .head { left: auto; right: -2px; bottom: -4px; transform: none; }
  .n${tiers} .hop:is(.s-missed, .s-failed, .s-blocked, .s-pending) .pipe {
    background: repeating-linear-gradient(90deg, var(--state) 0 5px, transparent 5px 9px); }
  .n${tiers} .on .status { display: flex; margin: .1rem 0 0; white-space: normal; }
  ${columns.map((n) => `.n${tiers} > .c${n} { grid-column: ${n}; }`).join(" ")}
}`;
}

/** From which width (in em) chains of so many tiers have room; longer ones stay under each other. */
const COLUMNS = [
  [2, 44],
  [3, 60],
  [4, 76],
] as const;

/** The page /subscribe. */
const FORMS = `
.device { max-width: 36rem; margin: clamp(1.8rem, 5vw, 3.6rem) 0; }
.device form > p, .device div > p, .device [role="status"]:not(:empty) { margin-top: 1.3rem; }
.device [role="status"].bad { color: var(--bad); font-weight: 600; }
label { display: block; font-weight: 600; }
input, button { font: inherit; color: inherit; border: 1px solid var(--soft); border-radius: 6px; padding: .55rem .8rem; }
input { width: 100%; background: var(--card); margin: .25rem 0; }
button { background: var(--ink); color: var(--paper); border-color: var(--ink); font-weight: 600; cursor: pointer; }
button.quiet { background: none; color: inherit; border-color: var(--soft); }
.act h1 .icon { width: .9em; height: .9em; }
.act > p { margin-top: .8rem; }
.act .outcome { font-size: 1.08rem; }
.act button { width: 100%; max-width: 24rem; min-height: 3.4rem; font-size: 1.15rem; }
button:disabled { opacity: .5; cursor: default; }
`;

const TABLES = `
table { width: 100%; border-collapse: collapse; }
caption { padding-bottom: .35rem; }
th, td { text-align: left; vertical-align: top; font-weight: 400; padding: .55rem 1rem .55rem 0; }
thead th { font-size: .8rem; color: var(--soft); padding-block: .25rem; }
tbody tr { border-top: 1px solid var(--line); }
tbody th { font-weight: 600; }
tbody th .at { font-weight: 400; white-space: normal; }
td .at { display: block; }
.readings { margin-top: .2rem; font-size: .88rem; }
.readings li { display: flex; gap: .4em; }
.readings .icon { margin-top: .25em; }
td .ago, .num { white-space: nowrap; }
@media (min-width: 56em) {
  table { table-layout: fixed; }
  .jobs th:nth-child(1) { width: 23%; } .jobs th:nth-child(2) { width: 23%; } .jobs th:nth-child(3) { width: 19%; }
  .jobs th:nth-child(4), .jobs th:nth-child(5) { width: 9%; }
  .hosts th:nth-child(1) { width: 23%; } .hosts th:nth-child(2) { width: 23%; } .hosts th:nth-child(3) { width: 19%; }
  .hosts th:nth-child(4) { width: 12%; }
}
@media (max-width: 55.99em) {
  table, tbody, tr, th, td, caption { display: block; }
  thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  tbody tr { padding: .7rem 0; }
  th, td { padding: 0; }
  td { display: grid; grid-template-columns: 6.4rem 1fr; column-gap: .6rem; padding-top: .15rem; }
  td::before { content: attr(data-label); color: var(--soft); font-size: .84rem; grid-row: 1 / 9; }
  td > * { grid-column: 2; }
}
`;

/** Colours of the person's own choosing replace ours; drawings have to follow them by name. */
const MODES = `
@media (forced-colors: active) {
  .icon, .sign, .head, .used, .over, .end { fill: CanvasText; }
  .track { fill: Canvas; stroke: CanvasText; }
  .pipe { background: CanvasText !important; forced-color-adjust: none; }
  .gauge { outline: 1px solid CanvasText; }
}
@media (prefers-reduced-motion: no-preference) { html { scroll-behavior: smooth; } }
@media print { body { max-width: none; } .vessel, tr, .incident { break-inside: avoid; } footer { display: none; } }
`;

const all = [
  COLOURS,
  BASE,
  VERDICT,
  CHAINS,
  ...COLUMNS.map(([tiers, em]) => columnsCss(tiers, em)),
  TABLES,
  FORMS,
  MODES,
];

export const STYLE: string = all.join("");

/** Names this very text, so that it may be cached for ever (FNV-1a, 32 bits: it tells versions apart, nothing more). */
export const STYLE_VERSION: string = fnv1a(STYLE);
export const STYLE_PATH: string = `/style.css?v=${STYLE_VERSION}`;

function fnv1a(text: string): string {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return (hash >>> 0).toString(16).padStart(8, "0");
}
