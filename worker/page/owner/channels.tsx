/** `/owner/channels`: how each channel is, a test through it, and a link for a browser that shows alerts. */
import type { readTest } from "../../../protocol/owner/channels.ts";
import type { AnswerOf } from "../../../protocol/owner/operation.ts";
import { When } from "../time.tsx";
import { Browsers, type ListedBrowser } from "./browsers.tsx";
import { Form, formState } from "./form.tsx";
import { ownerPage, type Told } from "./frame.tsx";
import type { ListedChannel } from "./hub.tsx";

/** The test that was sent last from this page. */
export interface Tested {
  readonly name: string;
  readonly at: string;
  readonly outcomes: AnswerOf<typeof readTest>["outcomes"];
}

/** Of each push channel, who takes its pushes. */
export type BrowsersOf = ReadonlyMap<string, readonly ListedBrowser[]>;

export function channelsPage(
  channels: readonly ListedChannel[],
  browsers: BrowsersOf,
  tested: Tested | null,
  told: Told,
): string {
  return ownerPage(
    "/owner/channels",
    "Channels",
    told,
    <>
      {channels.length === 0 ? (
        <p>No channel is set up: nobody would be told. docs/CHANNELS.md says how to set one up.</p>
      ) : null}
      {channels.map((channel) => (
        <Channel
          channel={channel}
          browsers={browsers.get(channel.name)}
          tested={tested?.name === channel.name ? tested : null}
          told={told}
        />
      ))}
    </>,
  );
}

interface ChannelProps {
  readonly channel: ListedChannel;
  readonly browsers: readonly ListedBrowser[] | undefined;
  readonly tested: Tested | null;
  readonly told: Told;
}

function Channel({ channel, browsers, tested, told }: ChannelProps) {
  const { name, kind, lastDeliveredAt, disabledAt, error } = channel;
  const { now, tried } = told;
  return (
    <section>
      <h2>
        {name} <span class="note">{kind}</span>
      </h2>
      <p>
        {lastDeliveredAt === null ? (
          "Nothing was ever delivered by it. Send a test to see whether it works."
        ) : (
          <>
            It last delivered <When at={Date.parse(lastDeliveredAt)} now={now} />
          </>
        )}
      </p>
      {disabledAt === null ? null : (
        <p class="fault">
          Switched off <When at={Date.parse(disabledAt)} now={now} />. A test that arrives switches it on.
        </p>
      )}
      {error === null ? null : <p>It last said: {error}</p>}
      {tested === null ? null : <Outcomes tested={tested} now={now} />}
      {browsers === undefined ? null : <Browsers channel={name} browsers={browsers} told={told} />}
      <div class="acts">
        <Form state={formState(tried, "/owner/channels/test", { name })} submit={`Send a test to ${name}`} />
        {browsers !== undefined ? (
          <Form
            state={formState(tried, "/owner/channels/subscribe", { name })}
            submit="Make a link for a browser"
            quiet
          />
        ) : null}
      </div>
    </section>
  );
}

const ENDED: Readonly<Record<string, string>> = { pending: "on its way", delivered: "delivered", dead: "given up" };

function Outcomes({ tested, now }: { tested: Tested; now: number }) {
  const isOpen = tested.outcomes.some(({ state }) => state === "pending");
  return (
    <>
      <p>
        Tested <When at={Date.parse(tested.at)} now={now} />
      </p>
      <ul class="plain">
        {tested.outcomes.map(({ state, attempts, error }) => (
          <li>
            <strong>{ENDED[state] ?? state}</strong>
            {attempts > 1 ? ` after ${attempts} tries` : ""}
            {error === null ? "" : `: ${error}`}
          </li>
        ))}
      </ul>
      {isOpen ? (
        <p>
          <a href={`/owner/channels?name=${tested.name}&at=${tested.at}`}>Look again</a>
        </p>
      ) : null}
    </>
  );
}
