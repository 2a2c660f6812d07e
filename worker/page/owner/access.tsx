/** `/owner/access`: browsers that are signed in, passkeys, tokens of programs, and links that show private sites. */
import type { AnswerOf } from "../../../protocol/owner/operation.ts";
import type { listShares } from "../../../protocol/owner/shares.ts";
import type { listPasskeys, listSessions, listTokens } from "../../../protocol/owner/sign-in.ts";
import { list } from "../../judge/words.ts";
import { When } from "../time.tsx";
import { Choice, Form, formState, Text } from "./form.tsx";
import { ownerPage, type Told } from "./frame.tsx";
import { Row, Way } from "./row.tsx";

export type Gates = AnswerOf<typeof listTokens> & AnswerOf<typeof listSessions> & AnswerOf<typeof listPasskeys>;
export type Share = AnswerOf<typeof listShares>["shares"][number];

const MAY = [
  {
    label: "",
    options: [
      { value: "read", label: "read all, change nothing" },
      { value: "write", label: "read all, and act" },
    ],
  },
];

/** `sites` are those that a link can be made for. */
export function accessPage(
  { tokens, sessions, passkeys }: Gates,
  shares: readonly Share[],
  sites: readonly string[],
  told: Told,
): string {
  return ownerPage(
    "/owner/access",
    "Who gets in",
    told,
    <>
      <section>
        <h2>Browsers that are signed in</h2>
        {sessions.length === 0 ? <p>None, by a passkey.</p> : null}
        <ul class="entries">
          {sessions.map((session) => (
            <Session session={session} told={told} />
          ))}
        </ul>
      </section>
      <section>
        <h2>Passkeys</h2>
        <ul class="entries">
          {passkeys.map((passkey) => (
            <Passkey passkey={passkey} told={told} />
          ))}
        </ul>
        <Form
          state={formState(told.tried, "/owner/passkeys/invite")}
          submit="Make a link for another passkey of mine"
          quiet
        />
      </section>
      <section>
        <h2>Tokens of programs</h2>
        <ul class="entries">
          {tokens.map((token) => (
            <Token token={token} told={told} />
          ))}
        </ul>
        <NewToken told={told} />
      </section>
      <section>
        <h2>Links that show your sites</h2>
        <p>
          Whoever has one sees names, states and ages, without signing in: on a tablet in the kitchen, for the family.
        </p>
        <ul class="entries">
          {shares.map((share) => (
            <ShareLine share={share} now={told.now} />
          ))}
        </ul>
        <NewShare sites={sites} told={told} />
      </section>
    </>,
  );
}

function Session({ session, told }: { session: Gates["sessions"][number]; told: Told }) {
  const { id, by, passkey, usedAt, own } = session;
  const act = own ? null : (
    <Form state={formState(told.tried, "/owner/sessions/end", { id })} submit={`Sign ${by} out`} quiet />
  );
  return (
    <Row title={own ? `${by}, this browser` : by} act={act}>
      with {passkey === "" ? "a passkey that is gone" : passkey}, used <When at={Date.parse(usedAt)} now={told.now} />
    </Row>
  );
}

function Passkey({ passkey, told }: { passkey: Gates["passkeys"][number]; told: Told }) {
  const { id, by, name, madeAt, usedAt, removedAt } = passkey;
  const act = removedAt === null ? <Way href={`/owner/passkeys/remove?id=${id}`} verb="Remove" of={name} /> : null;
  return (
    <Row title={name} act={act}>
      of {by}, {usedAt === null ? "never used" : <Used at={usedAt} now={told.now} />}
      <br />
      made <When at={Date.parse(madeAt)} now={told.now} />
      <Ended verb="removed" at={removedAt} now={told.now} />
    </Row>
  );
}

function Token({ token, told }: { token: Gates["tokens"][number]; told: Told }) {
  const { id, by, name, may, usedOn, revokedAt } = token;
  const act = revokedAt === null ? <Way href={`/owner/tokens/revoke?id=${id}`} verb="Revoke" of={name} /> : null;
  return (
    <Row title={name} act={act}>
      of {by}, may {may},{" "}
      {usedOn === null ? (
        "never used"
      ) : (
        <>
          last used on <span class="at">{usedOn}</span>
        </>
      )}
      <Ended verb="revoked" at={revokedAt} now={told.now} />
    </Row>
  );
}

function ShareLine({ share: { id, name, sites, by, madeAt, revokedAt }, now }: { share: Share; now: number }) {
  const act = revokedAt === null ? <Way href={`/owner/shares/revoke?id=${id}`} verb="Revoke" of={name} /> : null;
  return (
    <Row title={name} act={act}>
      shows {sites === null ? "every site" : list(sites)}
      <br />
      made {by === "" ? null : `by ${by} `}
      <When at={Date.parse(madeAt)} now={now} />
      <Ended verb="revoked" at={revokedAt} now={now} />
    </Row>
  );
}

function Used({ at, now }: { at: string; now: number }) {
  return (
    <>
      used <When at={Date.parse(at)} now={now} />
    </>
  );
}

/** That it is no more, in a line of its own. */
function Ended({ verb, at, now }: { verb: string; at: string | null; now: number }) {
  if (at === null) return null;
  return (
    <>
      <br />
      {verb} <When at={Date.parse(at)} now={now} />
    </>
  );
}

function NewShare({ sites, told }: { sites: readonly string[]; told: Told }) {
  const state = formState(told.tried, "/owner/shares");
  const each = sites.map((site) => ({ value: site, label: `the site ${site}` }));
  const groups = [{ label: "", options: [{ value: "", label: "every site, those to come as well" }, ...each] }];
  return (
    <Form state={state} submit="Make a link">
      <Text state={state} name="name" label="Who is it for" required hint="Such as kitchen. The link is shown once." />
      <Choice state={state} name="shown" label="It shows" groups={groups} />
    </Form>
  );
}

function NewToken({ told }: { told: Told }) {
  const state = formState(told.tried, "/owner/tokens");
  return (
    <Form state={state} submit="Make a token">
      <Text
        state={state}
        name="name"
        label="What is it for"
        required
        hint="Such as grafana. The token is shown once."
      />
      <Choice state={state} name="may" label="It may" groups={MAY} />
    </Form>
  );
}
