/** Which channels somebody confirmed a drill in: whether anybody would hear of an incident at all. */
import { type Confirmation, confirmationWords } from "../judge/confirmation.ts";
import { Icon } from "./icons.tsx";
import { Told } from "./time.tsx";

export function Confirmations({ confirmations }: { confirmations: readonly Confirmation[] }) {
  if (confirmations.length === 0) return null;
  return (
    <section class="confirmations">
      <h2>Do alerts arrive?</h2>
      <ul class="sites">
        {confirmations.map((confirmation) => (
          <li>
            <Icon mark={confirmation.state === "confirmed" ? "ok" : "late"} />
            <span>
              <strong>{confirmation.channel}</strong>: <Told text={confirmationWords(confirmation)} />
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}
