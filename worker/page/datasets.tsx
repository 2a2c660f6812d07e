/** Every dataset of a site: how old each of its copies is, how far back it reaches, and whether the rule of 3-2-1 holds. */
import { raw } from "hono/html";
import { explain } from "../judge/explain.ts";
import { spreadOf, spreadWords } from "../judge/spread.ts";
import type { ChainSummary, CopySummary, SiteSummary } from "../judge/summary.ts";
import { copyKey } from "../judge/watch.ts";
import { span } from "../judge/words.ts";
import { Gauge } from "./gauge.tsx";
import { type Mark, StatusWord, saying, statusWord } from "./icons.tsx";
import { gravestFirst, Left } from "./many.tsx";
import { cell, escaped } from "./markup.ts";
import { proofText } from "./proof-text.ts";
import { Moment, Told } from "./time.tsx";

interface Props {
  readonly site: SiteSummary;
  readonly now: number;
}

interface ListProps extends Props {
  /** How many of those that are well are shown, if they are many. */
  readonly wellMax: number;
}

/** Of more datasets than this, copies that are well are told by their age alone. */
const FULL_MAX = 25;

export function Datasets({ site, wellMax, now }: ListProps) {
  const { chains, copies } = site;
  if (chains.length === 0) return null;
  const byDataset = Map.groupBy(copies, ({ dataset }) => dataset);
  const held = ({ dataset }: ChainSummary) => byDataset.get(dataset) ?? [];
  const isFresh = (chain: ChainSummary) => held(chain).every(({ status }) => status === "ok");
  const { shown, left } =
    chains.length > FULL_MAX ? gravestFirst(chains, isFresh, wellMax) : { shown: chains, left: 0 };
  return (
    <section>
      <table class="datasets">
        <caption>Datasets</caption>
        <thead>
          <tr>
            <th scope="col">Dataset</th>
            {site.tiers.map(({ name }) => (
              <th scope="col">{name}</th>
            ))}
            <th scope="col">3-2-1</th>
          </tr>
        </thead>
        <tbody>
          {shown.map((chain) => (
            <Dataset site={site} chain={chain} copies={held(chain)} now={now} />
          ))}
        </tbody>
      </table>
      <Left count={left} />
    </section>
  );
}

interface DatasetProps extends Props {
  readonly chain: ChainSummary;
  /** Of this dataset. */
  readonly copies: readonly CopySummary[];
}

function Dataset({ site, chain, copies, now }: DatasetProps) {
  const dense = site.chains.length > FULL_MAX;
  if (dense && copies.every(isWell)) return raw(wellRow({ site, chain, copies, now }));
  return (
    <tr>
      <th scope="row">{chain.dataset}</th>
      {site.tiers.map(({ name }) => {
        const copy = copies.find(({ tier }) => tier === name);
        if (copy !== undefined)
          return dense && isWell(copy) ? raw(wellCell(copy, now)) : <Copy copy={copy} now={now} />;
        return raw(chain.born === name ? bornCell(name) : nowhereCell(name));
      })}
      {raw(ruleCell(chain, copies, dense))}
    </tr>
  );
}

/** As text: there may be a hundred of them. */
function wellRow({ site, chain, copies, now }: DatasetProps): string {
  const cells = site.tiers.map(({ name }) => {
    const copy = copies.find(({ tier }) => tier === name);
    if (copy !== undefined) return wellCell(copy, now);
    return chain.born === name ? bornCell(name) : nowhereCell(name);
  });
  return `<tr><th scope="row">${escaped(chain.dataset)}</th>${cells.join("")}${ruleCell(chain, copies, true)}</tr>`;
}

function bornCell(tier: string): string {
  return cell(tier, statusWord("live"));
}

function nowhereCell(tier: string): string {
  return `<td class="none" data-label="${escaped(tier)}">–</td>`;
}

function isWell({ status, proven, sampled, matched }: CopySummary): boolean {
  return status === "ok" && proven && sampled === matched;
}

function wellCell({ tier, recoveryAt }: CopySummary, now: number): string {
  return cell(tier, `${statusWord("ok")} ${recoveryAt === null ? "" : span(now - recoveryAt)}`);
}

function Copy({ copy, now }: { copy: CopySummary; now: number }) {
  const { dataset, tier, status, reason, recoveryAt, windowSeconds } = copy;
  const mark: Mark = status === "ok" && !copy.proven ? "unproven" : status;
  return (
    <td class={`s-${mark}`} data-label={tier}>
      <span class="held">
        {recoveryAt === null ? "nothing proven" : <strong>{span(now - recoveryAt)}</strong>} <StatusWord mark={mark} />
      </span>
      <Gauge ageMs={recoveryAt === null ? null : now - recoveryAt} windowMs={windowSeconds * 1000} />
      {recoveryAt === null ? null : (
        <span class="at">
          <Moment at={recoveryAt} />
        </span>
      )}
      <span class="note">window {span(windowSeconds * 1000)}</span>
      {recoveryAt === null ? null : <span class="note">{proofText(copy)}</span>}
      <Depth copy={copy} now={now} />
      {status === "ok" ? null : (
        <span class="note">
          <Told text={explain(copyKey(dataset, tier), reason, now)} />
        </span>
      )}
    </td>
  );
}

/** How far back: `41 versions, back to 90 d ago`. */
function Depth({ copy: { depth }, now }: { copy: CopySummary; now: number }) {
  if (depth === null) return null;
  const versions = depth.versions === 1 ? "1 version" : `${depth.versions} versions`;
  const reach = depth.oldestAt === null ? "" : `, back ${span(now - depth.oldestAt)}`;
  return (
    <span class="note">
      {versions}
      {reach}
    </span>
  );
}

function ruleCell(chain: ChainSummary, copies: readonly CopySummary[], dense: boolean): string {
  const spread = spreadOf(chain, copies);
  const [mark, word] = spread.kept
    ? spread.claimed
      ? (["unproven", "kept, unproven"] as const)
      : (["ok", "kept"] as const)
    : (["degraded", "not kept"] as const);
  return cell("3-2-1", saying(mark, word) + (dense ? "" : `<span class="note">${escaped(spreadWords(spread))}</span>`));
}
