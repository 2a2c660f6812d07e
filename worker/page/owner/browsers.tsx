/** Browsers and phones that take the pushes of a channel: how each is, a test of it, and what is asked before one is removed. */
import type { listBrowsers } from "../../../protocol/owner/channels.ts";
import type { AnswerOf } from "../../../protocol/owner/operation.ts";
import { When } from "../time.tsx";
import { Form, formState } from "./form.tsx";
import { ownerPage, type Told } from "./frame.tsx";

export type ListedBrowser = AnswerOf<typeof listBrowsers>["browsers"][number];

interface Props {
  readonly channel: string;
  readonly browsers: readonly ListedBrowser[];
  readonly told: Told;
}

export function Browsers({ channel, browsers, told }: Props) {
  if (browsers.length === 0) return <p>No browser or phone takes its alerts yet: it reaches nobody.</p>;
  return (
    <ul class="cards">
      {browsers.map((browser) => (
        <li>
          <h3>{browser.name}</h3>
          <p>
            <State browser={browser} now={told.now} />
          </p>
          <p class="note">
            Subscribed {browser.by === "" ? null : `by a link of ${browser.by} `}
            <When at={Date.parse(browser.subscribedAt)} now={told.now} />
          </p>
          <div class="acts">
            {browser.goneAt === null ? (
              <Form
                state={formState(told.tried, "/owner/channels/browsers/test", { name: channel, id: browser.id })}
                submit={`Test ${browser.name}`}
                quiet
              />
            ) : null}
            <a href={`/owner/channels/browsers/remove?${new URLSearchParams({ name: channel, id: browser.id })}`}>
              Remove {browser.name}
            </a>
          </div>
        </li>
      ))}
    </ul>
  );
}

function State({ browser: { goneAt, error, lastDeliveredAt }, now }: { browser: ListedBrowser; now: number }) {
  if (goneAt !== null) {
    return (
      <span class="fault">
        Gone <When at={Date.parse(goneAt)} now={now} />: its push service knows it no more.
      </span>
    );
  }
  if (error !== null) return <span class="fault">The last push failed: {error}</span>;
  if (lastDeliveredAt === null) return <>Nothing was pushed to it yet.</>;
  return (
    <>
      The last push arrived <When at={Date.parse(lastDeliveredAt)} now={now} />
    </>
  );
}

/** Asked before a browser is removed; null is one that nobody knows. */
export function removeBrowserPage(channel: string, browser: ListedBrowser | null, told: Told): string {
  const back = (
    <p class="ways">
      <a href="/owner/channels">Back to the channels</a>
    </p>
  );
  if (browser === null) return ownerPage(null, "There is no such browser", told, back);
  const { id, name } = browser;
  return ownerPage(
    null,
    `Remove ${name}?`,
    told,
    <>
      <p class="told">
        Alerts of the channel {channel} no longer go there. The device is not told; whoever has it sees so on its page
        “Alerts on this device”. To bring it back, make a link for it again.
      </p>
      <Form
        state={formState(told.tried, "/owner/channels/browsers/remove", { name: channel, id })}
        submit={`Remove ${name}`}
      />
      {back}
    </>,
  );
}
