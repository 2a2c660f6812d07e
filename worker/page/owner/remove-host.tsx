/** What is asked before a host is removed: what goes, what stays, and what to do on the host itself. */
import type { readRemoval } from "../../../protocol/owner/hosts.ts";
import type { AnswerOf } from "../../../protocol/owner/operation.ts";
import { nameOf } from "../../judge/words.ts";
import { incidentPath } from "../paths.ts";
import { Form, formState } from "./form.tsx";
import { ownerPage, type Told } from "./frame.tsx";
import type { Place } from "./hosts.tsx";
import { BackToHosts } from "./keys.tsx";

export type Removal = AnswerOf<typeof readRemoval>;

/** Null is a host that nobody knows; a text is what stands in the way. */
export function removePage({ site, host }: Place, removal: Removal | string | null, told: Told): string {
  if (removal === null) return ownerPage(null, "There is no such host", told, <BackToHosts />);
  if (typeof removal === "string") return inTheWay(host, removal, told);
  return ownerPage(
    null,
    `Remove ${host} from ${site}?`,
    told,
    <>
      <Gone host={host} removal={removal} />
      <section>
        <h2>What stays</h2>
        <p class="told">
          Its runs and its incidents, for as long as others are kept, and the audit trail. A copy that another host
          feeds as well is watched on.
        </p>
      </section>
      <section>
        <h2>On {host} itself</h2>
        <p class="told">
          Nothing is changed there. If it still runs, type <code>node pusher.mjs schedule remove</code> first: else it
          goes on sending, is refused, and tells you so by its own alarm.
        </p>
      </section>
      <Form state={formState(told.tried, "/owner/hosts/remove", { site, host })} submit={`Remove ${host} for good`} />
      <BackToHosts />
    </>,
  );
}

function inTheWay(host: string, why: string, told: Told): string {
  return ownerPage(
    null,
    `${host} cannot be removed now`,
    told,
    <>
      <p class="told">{why}</p>
      <BackToHosts />
    </>,
  );
}

function Gone({ host, removal: { watches, incidents } }: { host: string; removal: Removal }) {
  return (
    <section>
      <h2>What goes</h2>
      {watches.length === 0 ? (
        <p class="told">Nothing of {host} is watched yet: its code is no longer good.</p>
      ) : (
        <>
          <p class="told">
            From then on nobody watches these. Keys and codes of {host} are no longer good, and its silences and pauses
            end. All your channels are told.
          </p>
          <ul class="bulleted">
            {watches.map((key) => (
              <li>{`${key.slice(0, key.indexOf(":"))} ${nameOf(key)}`}</li>
            ))}
          </ul>
        </>
      )}
      {incidents.length === 0 ? null : (
        <>
          <p class="told">{incidents.length === 1 ? "This open incident closes" : "These open incidents close"}:</p>
          <ul class="bulleted">
            {incidents.map(({ id, title }) => (
              <li>
                <a href={incidentPath(id)}>{title}</a>
              </li>
            ))}
          </ul>
        </>
      )}
    </section>
  );
}
