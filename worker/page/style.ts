/**
 * The one stylesheet. A strict policy (`style-src 'self'`) allows no inline style, so grid columns are classes. Colour
 * never stands alone: shape and word say the same.
 */
import { BASE, VERDICT } from "./style-base.ts";
import { CHAINS } from "./style-chain.ts";
import { COLOURS } from "./style-colours.ts";
import { HISTORY } from "./style-history.ts";
import { OWNER } from "./style-owner.ts";
import { TABLES } from "./style-tables.ts";

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

/** Colours of the person's own choosing replace ours; drawings have to follow them by name. */
const MODES = `
@media (forced-colors: active) {
  .icon, .sign, .head, .used, .over, .end, .recent path { fill: CanvasText; }
  .fill { fill: Canvas; }
  .surface { stroke: CanvasText; stroke-width: 2; }
  .ticks { stroke: CanvasText; }
  .track { fill: Canvas; stroke: CanvasText; }
  .line { background: CanvasText !important; forced-color-adjust: none; }
  .gauge { outline: 1px solid CanvasText; }
}
@media (prefers-reduced-motion: no-preference) { html { scroll-behavior: smooth; } }
@media print { body { max-width: none; } .vessel, tr, .incident { break-inside: avoid; } footer { display: none; } }
`;

export const STYLE: string = [COLOURS, BASE, VERDICT, CHAINS, TABLES, HISTORY, FORMS, OWNER, MODES].join("");

/** Names this very text, so that it may be cached for ever (FNV-1a, 32 bits: it tells versions apart, nothing more). */
export const STYLE_VERSION: string = fnv1a(STYLE);
export const STYLE_PATH: string = `/style.css?v=${STYLE_VERSION}`;

function fnv1a(text: string): string {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return (hash >>> 0).toString(16).padStart(8, "0");
}
