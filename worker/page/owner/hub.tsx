/** `/owner`: what needs the owner, with what can be done about it beside it. */
import type { listChannels } from "../../../protocol/owner/channels.ts";
import type { listHosts } from "../../../protocol/owner/hosts.ts";
import type { AnswerOf } from "../../../protocol/owner/operation.ts";
import { Icon } from "../icons.tsx";
import { incidentPath } from "../paths.ts";
import { Told as Sentence, When } from "../time.tsx";
import { Form, formState } from "./form.tsx";
import { ownerPage, type Told } from "./frame.tsx";
import { IncidentActs, type ListedIncident } from "./incident-acts.tsx";
import { Row } from "./row.tsx";

export type ListedHost = AnswerOf<typeof listHosts>["hosts"][number];
export type ListedChannel = AnswerOf<typeof listChannels>["channels"][number];

interface Hub {
  /** The open ones of all sites. */
  readonly incidents: readonly ListedIncident[];
  readonly hosts: readonly ListedHost[];
  readonly channels: readonly ListedChannel[];
}

export function hubPage({ incidents, hosts, channels }: Hub, told: Told): string {
  const loosened = hosts.filter((host) => host.loosened.some(({ approved }) => approved === null));
  const doubtful = channels.filter((it) => it.lastDeliveredAt === null || it.disabledAt !== null);
  const isQuiet = incidents.length + loosened.length + doubtful.length === 0;
  return ownerPage(
    "/owner",
    isQuiet ? "Nothing needs you now" : "What needs you",
    told,
    <>
      <Incidents incidents={incidents} told={told} />
      {loosened.length === 0 ? null : (
        <section>
          <h2>Plans that watch less than before</h2>
          {loosened.map((host) => (
            <Loosened host={host} told={told} />
          ))}
        </section>
      )}
      <Doubtful channels={doubtful} now={told.now} />
      {told.canSignOut ? (
        <section id="sign-out">
          <h2>This browser</h2>
          <Form state={formState(told.tried, "/owner/sign-out")} submit="Sign out" quiet />
        </section>
      ) : null}
    </>,
  );
}

function Incidents({ incidents, told }: { incidents: readonly ListedIncident[]; told: Told }) {
  if (incidents.length === 0) return null;
  return (
    <section>
      <h2>{incidents.length === 1 ? "Open incident" : `${incidents.length} open incidents`}</h2>
      <ul>
        {incidents.map((incident) => (
          <Open incident={incident} told={told} />
        ))}
      </ul>
    </section>
  );
}

function Open({ incident, told }: { incident: ListedIncident; told: Told }) {
  const { id, severity, title, site, openedAt } = incident;
  return (
    <li class={`incident ${severity}`}>
      <h3>
        <Icon mark={severity === "critical" ? "failed" : "degraded"} />
        <a href={incidentPath(id)}>{title}</a>
      </h3>
      <p>
        <span class="severity">{severity}</span> at {site}, began <When at={Date.parse(openedAt)} now={told.now} />
      </p>
      <IncidentActs incident={incident} told={told} />
    </li>
  );
}

function Loosened({ host, told }: { host: ListedHost; told: Told }) {
  const open = host.loosened.filter(({ approved }) => approved === null);
  const putAt = open[0]?.putAt ?? "";
  const state = formState(told.tried, "/owner/plans/approve", { site: host.site, host: host.host, putAt });
  return (
    <div class="notice">
      <h3>
        {host.host} of {host.site}
      </h3>
      <ul>
        {open.flatMap((plan) =>
          plan.changes.map((change) => (
            <li>
              <Sentence text={change} />
              <span class="note">
                <When at={Date.parse(plan.putAt)} now={told.now} />
              </span>
            </li>
          )),
        )}
      </ul>
      <p class="note">
        It holds already. If it was not you, the host may be in other hands: put its plan right there, and revoke its
        key.
      </p>
      <Form state={state} submit={`Approve the plan of ${host.host}`} />
    </div>
  );
}

function Doubtful({ channels, now }: { channels: readonly ListedChannel[]; now: number }) {
  if (channels.length === 0) return null;
  return (
    <section>
      <h2>Channels that may not reach you</h2>
      <ul class="entries">
        {channels.map(({ name, kind, disabledAt, error }) => (
          <Row title={name}>
            {kind}:{" "}
            {disabledAt === null ? (
              "no alert and no test was ever delivered by it."
            ) : (
              <>
                switched off <When at={Date.parse(disabledAt)} now={now} />
                {error === null ? "." : `: ${error}`}
              </>
            )}
          </Row>
        ))}
      </ul>
      <p>
        <a href="/owner/channels">Send a test through them</a>
      </p>
    </section>
  );
}
