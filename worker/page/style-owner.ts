/** The owner's pages: forms beside what they are about. */
export const OWNER = `
.owner-pages { margin-top: 1.1rem; border-bottom: 1px solid var(--line); }
.owner-pages ul { display: flex; flex-wrap: wrap; gap: 0 1.4rem; }
.owner-pages a { display: block; padding: .65rem 0; text-decoration: none; color: var(--soft); }
.owner-pages a:hover { text-decoration: underline; }
.owner-pages [aria-current] { color: var(--ink); font-weight: 600; box-shadow: inset 0 -2px var(--ink); }
.owner { max-width: 44rem; margin: clamp(1.4rem, 4vw, 2.6rem) 0; }
.owner section { margin-top: 2.2rem; }
.owner h2 { font-size: 1.1rem; color: var(--ink); margin-bottom: .5rem; }
.owner h3 { font-size: 1rem; color: var(--ink); }
.owner .outcome { margin-top: .9rem; padding: .6rem .9rem; border-left: 4px solid var(--ok); background: var(--in-ok); font-weight: 600; }
.owner form > p { margin-top: .8rem; }
.owner button { min-height: 2.75rem; }
.owner .field { margin-top: .8rem; }
.owner select, .owner textarea { font: inherit; color: inherit; width: 100%; min-height: 2.75rem; background: var(--card);
  border: 1px solid var(--soft); border-radius: 6px; padding: .55rem .8rem; margin: .25rem 0; }
.owner .fault { display: block; color: var(--bad); font-weight: 600; }
.owner .fault .at { color: inherit; font-weight: 400; }
.owner [aria-invalid] { border: 2px solid var(--bad); }
.owner .pair { display: grid; grid-template-columns: 1fr 1fr; gap: 0 1rem; align-items: start; }
.owner .acts { display: flex; flex-wrap: wrap; gap: 0 .8rem; }
.owner details { margin-top: .8rem; }
.owner summary { padding: .6rem 0; cursor: pointer; }
.owner .ask { border-top: 1px solid var(--line); margin: 0; padding: .6rem 0; }
.owner .ask[open] { padding-bottom: 1.6rem; }
.owner section + .ask { margin-top: 2.2rem; }
.owner .ask > summary { display: flex; gap: .5rem; align-items: center; min-height: 2.75rem; }
.owner .ask > summary::before { content: "+"; width: 1rem; font-weight: 600; color: var(--soft); }
.owner .ask[open] > summary::before { content: "\\2212"; }
.owner .ask h2 { margin: 0; }
.owner .entries { margin-top: .4rem; }
.owner .entries li { display: flex; justify-content: space-between; align-items: center; gap: 0 1rem; padding: .55rem 0;
  border-top: 1px solid var(--line); }
.owner .entries .note { line-height: 1.55; }
.owner .entries form { flex: none; }
.owner .entries form > p { margin: 0; }
.owner .entries a { flex: none; padding: .6rem 0; }
.owner .plain li { padding: .45rem 0; }
.owner .plain a { display: inline-block; padding: .3rem .5rem .3rem 0; }
.owner .numbered { list-style: decimal; padding-left: 1.4rem; margin-top: .8rem; }
.owner .bulleted { list-style: disc; padding-left: 1.4rem; margin-top: .4rem; }
.owner .cards { margin-top: .8rem; }
.owner .cards > li { border: 1px solid var(--line); border-radius: 6px; background: var(--card); padding: .7rem .9rem; margin-top: .6rem; }
.owner .acts { align-items: center; }
.owner .acts[hidden] { display: none; }
.owner .acts > button { margin: .8rem 0 0; }
.owner .acts > a { padding: .6rem 0; margin-top: .8rem; }
.owner .tables { margin-top: .8rem; }
.owner .tables li { display: grid; grid-template-columns: 1fr auto auto; gap: 0 1.2rem; align-items: baseline; border-top: 1px solid var(--line); }
.owner .tables li > span { padding: .45rem 0; }
.owner .tables a { padding: .65rem .3rem; }
.owner .ways { display: flex; flex-wrap: wrap; gap: 0 1.4rem; }
.owner .ways a { padding: .6rem 0; }
.owner .numbered li + li { margin-top: 1rem; }
.owner .copied { font: .92em ui-monospace, "Cascadia Mono", Menlo, Consolas, monospace; background: var(--track); field-sizing: content; resize: none; word-break: break-all; }
`;
