/** The sentence that stands above everything, with the shape of its status. */
import type { Headline } from "../judge/headline.ts";
import { Icon } from "./icons.tsx";

export function Verdict({ headline, loss }: { headline: Headline; loss: string | null }) {
  return (
    <div class="verdict">
      <Icon mark={headline.status} />
      <div>
        <h1>{headline.text}</h1>
        {loss === null ? null : <p class="loss">{loss}</p>}
      </div>
    </div>
  );
}
