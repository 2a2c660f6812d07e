/** What stands in place of sites that this reader may not see, and how to get to see them. */
import { Coded } from "./incidents.tsx";

const WAYS = [
  "Its owner signs in, and sees all of it.",
  "Its owner makes a link for whoever else is to see it: `npm run share -- make --name kitchen`.",
  'What everybody may see is named in `wrangler.toml`: `PUBLIC_SITES = ["home"]`.',
];

export function Private({ badKey }: { badKey: boolean }) {
  return (
    <section class="steps">
      {badKey ? <p>The link that led here was revoked, or never was one.</p> : null}
      <h2>Who may see it</h2>
      <ul>
        {WAYS.map((way) => (
          <li>
            <Coded text={way} />
          </li>
        ))}
      </ul>
    </section>
  );
}
