/** What is asked before a key of a host is replaced or revoked. */
import { When } from "../time.tsx";
import { Form, formState } from "./form.tsx";
import { ownerPage, type Told } from "./frame.tsx";
import type { Place } from "./hosts.tsx";
import type { ListedHost } from "./hub.tsx";

type Key = ListedHost["keys"][number];

/** Asked before a key is replaced. */
export function rotatePage({ site, host }: Place, told: Told): string {
  return ownerPage(
    null,
    `A new key for ${host}?`,
    told,
    <>
      <p class="told">
        You get a code that enrols {host} of {site} with a new key. The old key works until then, and is revoked with
        the first use of the code. Do it when the key may have been copied, or the machine was replaced.
      </p>
      <Form state={formState(told.tried, "/owner/hosts/rotate", { site, host })} submit="Make a code for a new key" />
      <BackToHosts />
    </>,
  );
}

/** Asked before a key is revoked; null is a key that nobody knows. */
export function revokePage(found: (Place & { readonly key: Key }) | null, told: Told): string {
  if (found === null) return ownerPage(null, "There is no such key", told, <BackToHosts />);
  const { host, site, key } = found;
  const { fingerprint } = key;
  return ownerPage(
    null,
    `Revoke the key of ${host}?`,
    told,
    <>
      <p class="told">
        <code>{fingerprint}</code> of {host} at {site}, enrolled <When at={Date.parse(key.enrolledAt)} now={told.now} />
      </p>
      <p class="told">
        From then on nothing that it signs is taken. If it is the only key, the host falls silent and you are told so,
        until it is enrolled again. This cannot be taken back.
      </p>
      <Form state={formState(told.tried, "/owner/hosts/revoke", { fingerprint })} submit="Revoke it for good" />
      <BackToHosts />
    </>,
  );
}

export function BackToHosts() {
  return (
    <p class="ways">
      <a href="/owner/hosts">Back to the hosts</a>
    </p>
  );
}
