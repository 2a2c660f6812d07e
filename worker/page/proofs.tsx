/** Which channels somebody confirmed a drill in: whether anybody would hear of an incident at all. */
import { type ChannelProof, proofWords } from "../judge/channel-proof.ts";
import { Icon } from "./icons.tsx";
import { Told } from "./time.tsx";

export function Proofs({ proofs }: { proofs: readonly ChannelProof[] }) {
  if (proofs.length === 0) return null;
  return (
    <section class="proofs">
      <h2>Do alerts arrive?</h2>
      <ul class="sites">
        {proofs.map((proof) => (
          <li>
            <Icon mark={proof.state === "proven" ? "ok" : "late"} />
            <span>
              <strong>{proof.channel}</strong>: <Told text={proofWords(proof)} />
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}
