/** `/owner/hosts`: the hosts with their keys, a form for another one, and the code that it makes. */
import type { addHost } from "../../../protocol/owner/hosts.ts";
import type { AnswerOf } from "../../../protocol/owner/operation.ts";
import { Moment, When } from "../time.tsx";
import { Form, formState, Text } from "./form.tsx";
import { ownerPage, type Told } from "./frame.tsx";
import type { ListedHost } from "./hub.tsx";
import { Copied } from "./once.tsx";
import { Row, Way } from "./row.tsx";

type Key = ListedHost["keys"][number];
type Invited = AnswerOf<typeof addHost>;

export interface Place {
  readonly site: string;
  readonly host: string;
}

export function hostsPage(hosts: readonly ListedHost[], told: Told): string {
  const add = formState(told.tried, "/owner/hosts");
  const [first] = hosts;
  return ownerPage(
    "/owner/hosts",
    "Hosts",
    told,
    <>
      {hosts.length === 0 ? <p>No host has enrolled yet.</p> : null}
      {hosts.map((host) => (
        <Host host={host} now={told.now} />
      ))}
      <section>
        <h2>Add a host</h2>
        <p>It makes a code that is good once, for a quarter of an hour, and says what to type on the host.</p>
        <Form state={add} submit="Make a code">
          <Text
            state={add}
            name="site"
            label="Site"
            value={first?.site ?? "home"}
            required
            hint="What is lost together."
          />
          <Text state={add} name="host" label="Name of the host" required hint="Such as corenas." />
        </Form>
      </section>
    </>,
  );
}

function Host({ host, now }: { host: ListedHost; now: number }) {
  const { site, host: name, status, heardAt, keys, codes } = host;
  const good = keys.filter(({ revokedAt }) => revokedAt === null);
  return (
    <section>
      <h2>
        {name} of {site}
      </h2>
      <p>
        {status === null ? "Not enrolled yet." : `It is ${status}.`}{" "}
        {heardAt === null ? null : (
          <>
            Last heard of <When at={Date.parse(heardAt)} now={now} />
          </>
        )}
      </p>
      <ul class="entries">
        {keys.map((key) => (
          <KeyLine key_={key} of={name} now={now} />
        ))}
        {codes.map(({ expiresAt, replaces }) => (
          <Row title={`A code for a ${replaces ? "new key" : "key"}`}>
            waits until <Moment at={Date.parse(expiresAt)} />
          </Row>
        ))}
      </ul>
      <p class="ways">
        {good.length === 0 ? null : <a href={`/owner/hosts/rotate?site=${site}&host=${name}`}>A new key for {name}</a>}
        <a href={`/owner/hosts/remove?site=${site}&host=${name}`}>Remove {name}</a>
      </p>
    </section>
  );
}

function KeyLine({ key_: { fingerprint, enrolledAt, revokedAt }, of, now }: { key_: Key; of: string; now: number }) {
  const href = `/owner/hosts/revoke?fingerprint=${fingerprint}`;
  const act = revokedAt === null ? <Way href={href} verb="Revoke" of={`this key of ${of}`} /> : null;
  return (
    <Row title={revokedAt === null ? "Key" : "Revoked key"} act={act}>
      <code>{fingerprint}</code>
      <br />
      enrolled <When at={Date.parse(enrolledAt)} now={now} />
      {revokedAt === null ? null : (
        <>
          <br />
          revoked <When at={Date.parse(revokedAt)} now={now} />
        </>
      )}
    </Row>
  );
}

/** The code, shown once. `replaces`: the host has a key that goes with its first use. */
export function invitedPage({ site, host }: Place, invited: Invited, replaces: boolean, told: Told): string {
  const { commands, toml, expiresAt } = invited;
  return ownerPage(
    null,
    replaces ? `A new key for ${host}` : `Enrol ${host} of ${site}`,
    told,
    <>
      <p class="told">
        The code is good once, until <Moment at={Date.parse(expiresAt)} />. It is shown here only: loading this page
        again makes another one.
      </p>
      <ol class="numbered">
        {replaces ? (
          <li>
            On {host}, move the old key file away: <code>key</code> in <code>pusher.toml</code> says where it is.
          </li>
        ) : (
          <li>
            <code>pusher.toml</code> on {host} has this line:
            <Copied text={toml} label="Line of pusher.toml" />
          </li>
        )}
        <li>
          In the folder of <code>pusher.mjs</code> and <code>pusher.toml</code>, on Linux:
          <Copied text={commands.linux} label="Command for Linux" />
          or in PowerShell on Windows:
          <Copied text={commands.windows} label="Command for Windows" />
        </li>
        <li>
          It prints the fingerprint of its key. Compare that with the one that stands under{" "}
          <a href="/owner/hosts">Hosts</a> then. If they differ, somebody else used the code: revoke that key.
        </li>
      </ol>
    </>,
  );
}
