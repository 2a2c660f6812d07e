/** What is asked before a passkey is removed, or a token or a link revoked. */
import { list } from "../../judge/words.ts";
import { When } from "../time.tsx";
import type { Gates, Share } from "./access.tsx";
import { Form, formState } from "./form.tsx";
import { ownerPage, type Told } from "./frame.tsx";

/** Null is a passkey that nobody knows, or that was removed. */
export function removePasskeyPage(passkey: Gates["passkeys"][number] | null, told: Told): string {
  if (passkey === null) return ownerPage(null, "There is no such passkey", told, <Back />);
  const { id, name, by, madeAt, usedAt } = passkey;
  return ownerPage(
    null,
    `Remove the passkey ${name}?`,
    told,
    <>
      <p class="told">
        It is of {by}, made <When at={Date.parse(madeAt)} now={told.now} />
        {usedAt === null ? (
          ", never used."
        ) : (
          <>
            , last used <When at={Date.parse(usedAt)} now={told.now} />
          </>
        )}
      </p>
      <p class="told">
        From then on it signs nobody in, and every browser that signed in with it is signed out; if that is this one,
        you are, too. It cannot be taken back: the device needs a new link.
      </p>
      <Form state={formState(told.tried, "/owner/passkeys/remove", { id })} submit={`Remove ${name} for good`} />
      <Back />
    </>,
  );
}

/** Null is a token that nobody knows, or that was revoked. */
export function revokeTokenPage(token: Gates["tokens"][number] | null, told: Told): string {
  if (token === null) return ownerPage(null, "There is no such token", told, <Back />);
  const { id, name, by, may, usedOn } = token;
  return ownerPage(
    null,
    `Revoke the token ${name}?`,
    told,
    <>
      <p class="told">
        It is of {by}, may {may}, and was {usedOn === null ? "never used" : `last used on ${usedOn}`}.
      </p>
      <p class="told">
        Whatever sends it is refused from then on. It cannot be taken back: a program that still needs one gets a new
        one.
      </p>
      <Form state={formState(told.tried, "/owner/tokens/revoke", { id })} submit={`Revoke ${name} for good`} />
      <Back />
    </>,
  );
}

/** Null is a link that nobody knows, or that was revoked. */
export function revokeSharePage(share: Share | null, told: Told): string {
  if (share === null) return ownerPage(null, "There is no such link", told, <Back />);
  const { id, name, sites } = share;
  return ownerPage(
    null,
    `Revoke the link ${name}?`,
    told,
    <>
      <p class="told">
        Whoever has it sees {sites === null ? "every site" : list(sites)} without signing in. From then on they see what
        everybody sees, on every device, and feeds with its key are refused. It cannot be taken back.
      </p>
      <Form state={formState(told.tried, "/owner/shares/revoke", { id })} submit={`Revoke ${name} for good`} />
      <Back />
    </>,
  );
}

function Back() {
  return (
    <p class="ways">
      <a href="/owner/access">Back to who gets in</a>
    </p>
  );
}
