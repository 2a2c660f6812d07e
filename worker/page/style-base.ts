/** What every page has: type, head and foot, the sentence at the top, notices and lists. */
export const BASE = `
*, ::before, ::after { box-sizing: border-box; }
* { margin: 0; padding: 0; }
html { font: max(clamp(1rem, .9rem + .22vw, 1.5rem), .76vw)/1.45 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif;
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
header, footer { display: flex; flex-wrap: wrap; justify-content: space-between; align-items: center; gap: .3rem 1.5rem;
  color: var(--soft); font-size: .86rem; }
.brand { display: flex; align-items: center; gap: .5em; color: var(--ink); font-weight: 600; letter-spacing: .01em; }
.sign { width: 1.15em; height: 1.15em; fill: var(--ok); }
footer { margin-top: 3.5rem; padding-top: 1rem; border-top: 1px solid var(--line); }
footer a + a { margin-left: 1em; }
h2, h3, caption { font-size: .86rem; font-weight: 600; color: var(--soft); text-align: left; }
article { margin-top: 2.6rem; padding-top: 1.1rem; border-top: 1px solid var(--line); }
article > h2 { font-size: 1.25rem; color: var(--ink); letter-spacing: -.01em; }
article > section { margin-top: 1.6rem; }
`;

export const VERDICT = `
.verdict { display: flex; gap: .7rem; margin: clamp(1.8rem, 5vw, 3.6rem) 0 clamp(1.4rem, 3vw, 2.4rem); max-width: 60rem; }
.verdict > .icon { width: 1.5rem; height: 1.5rem; margin-top: .36rem; }
h1 { font-size: clamp(1.4rem, 1.1rem + 1.4vw, 2.1rem); line-height: 1.22; font-weight: 500; letter-spacing: -.022em;
  text-wrap: balance; }
.lost { color: var(--soft); }
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
.confirmations { margin-top: 2.6rem; }
.closed li { padding: .45rem 0; border-bottom: 1px solid var(--line); display: flex; flex-wrap: wrap; gap: 0 1rem;
  justify-content: space-between; }
`;
