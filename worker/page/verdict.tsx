/** The sentence that stands above everything, with the shape of its status: how it is, and what would be lost. */
import type { Headline } from "../judge/headline.ts";
import { lossList } from "../judge/loss.ts";
import type { SiteSummary } from "../judge/summary.ts";
import { Icon } from "./icons.tsx";
import { Told } from "./time.tsx";

interface Props {
  readonly headline: Headline;
  /** What would be lost, in one sentence. */
  readonly loss: string | null;
  /** The only site, whose loss is told by dataset. */
  readonly detail?: SiteSummary | undefined;
  /** When it was last not well. */
  readonly before?: string | null;
}

export function Verdict({ headline, loss, detail, before = null }: Props) {
  return (
    <div class="verdict">
      <Icon mark={headline.status} />
      <div>
        <h1>
          <Told text={headline.text} />
          {loss === null ? null : (
            <>
              {" "}
              <span class="lost">{loss}</span>
            </>
          )}
        </h1>
        {detail === undefined || !isShort(detail.losses) ? null : (
          <p class="loss">By dataset: {lossList(detail.losses)}.</p>
        )}
        {before === null ? null : <p class="loss">{before}</p>}
      </div>
    </div>
  );
}

/** One dataset has its loss in the sentence already, and a long list is no answer. */
function isShort({ length }: SiteSummary["losses"]): boolean {
  return length > 1 && length <= 6;
}
